// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;

class EpollUsesTest {
    private static final String CHANNEL = "io/netty/channel/epoll/EpollSocketChannel";
    private static final String SPLICE =
            "(Lio/netty/channel/epoll/AbstractEpollStreamChannel;I)Lio/netty/channel/ChannelFuture;";

    private final ClassLoader loader = EpollUsesTest.class.getClassLoader();
    private final EpollUses uses = new EpollUses();

    /** With a constant of each kind before what is added then. */
    private static ClassWriter writer() {
        ClassWriter writer = new ClassWriter(0);
        writer.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, "Application", null, "java/lang/Object", null);
        Handle method = new Handle(Opcodes.H_INVOKESTATIC, "Other", "make", "()V", false);
        for (Object constant : new Object[] {1, 2L, 3f, 4d, "text", method, new ConstantDynamic("c", "I", method)}) {
            writer.newConst(constant);
        }
        writer.newField("Other", "field", "I");
        writer.newInvokeDynamic("call", "()V", method);
        writer.newModule("module");
        writer.newPackage("other");
        return writer;
    }

    @Test
    void shouldFindUseBehindConstantsOfEachKind() {
        ClassWriter writer = writer();
        writer.newMethod(CHANNEL, "spliceTo", SPLICE, false);
        uses.look(loader, "Application", writer.toByteArray(), null);
        String refusal = uses.refusal(loader);
        assertTrue(refusal.startsWith("The class Application uses io.netty.channel.epoll.EpollSocketChannel.spliceTo"));
    }

    @Test
    void shouldPassWhatIsServed() {
        ClassWriter writer = writer();
        writer.newMethod(CHANNEL, "<init>", "()V", false);
        uses.look(loader, "Application", writer.toByteArray(), null);
        assertNull(uses.refusal(loader));
    }
}
