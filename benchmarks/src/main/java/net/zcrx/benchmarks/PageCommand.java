// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Writes RESULTS.md anew from the figures that are kept, and measures nothing. */
@Command(
        name = "page",
        description = "Writes RESULTS.md, its detail pages and plots from the figures in benchmarks/results.")
final class PageCommand implements Callable<Integer> {
    @Override
    public Integer call() throws IOException {
        new ResultsPage(Home.find().module()).write();
        return 0;
    }
}
