// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testrun;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What holds after every test, for a class that names it in {@code @ExtendWith}: no descriptor and no event loop's
 * thread is left. Extensions that a test class registers in fields end before it looks.
 */
public final class Invariants implements BeforeEachCallback, AfterEachCallback {
    private static final long SECONDS = 20;
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(Invariants.class);

    /** Called by JUnit. */
    public Invariants() {}

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(NAMESPACE).put(Resources.class, Resources.now());
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        Resources before = context.getStore(NAMESPACE).get(Resources.class, Resources.class);
        assertEquals(List.of(), before.awaitNoMore(SECONDS), "The test has left something behind.");
    }
}
