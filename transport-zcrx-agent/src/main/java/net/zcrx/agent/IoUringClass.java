// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent;

import java.util.function.Consumer;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Netty's {@code IoUring} with a question put before two of its answers: see {@code IoUringHiding} of the facades. */
final class IoUringClass {
    private static final String HIDING = "net/zcrx/agent/facade/IoUringHiding";

    private IoUringClass() {}

    static byte[] hiding(byte[] bytes) {
        ClassReader reader = new ClassReader(bytes);
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        reader.accept(
                new ClassVisitor(Opcodes.ASM9, writer) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access, String name, String descriptor, String signature, String[] exceptions) {
                        MethodVisitor method = super.visitMethod(access, name, descriptor, signature, exceptions);
                        if (name.equals("isAvailable") && descriptor.equals("()Z")) {
                            return asking(method, no -> {
                                no.visitInsn(Opcodes.ICONST_0);
                                no.visitInsn(Opcodes.IRETURN);
                            });
                        }
                        if (name.equals("unavailabilityCause")) {
                            return asking(method, no -> {
                                no.visitMethodInsn(
                                        Opcodes.INVOKESTATIC, HIDING, "cause", "()Ljava/lang/Throwable;", false);
                                no.visitInsn(Opcodes.ARETURN);
                            });
                        }
                        return method;
                    }
                },
                0);
        return writer.toByteArray();
    }

    private static MethodVisitor asking(MethodVisitor method, Consumer<MethodVisitor> answer) {
        return new MethodVisitor(Opcodes.ASM9, method) {
            @Override
            public void visitCode() {
                super.visitCode();
                Label shown = new Label();
                visitMethodInsn(Opcodes.INVOKESTATIC, HIDING, "hides", "()Z", false);
                visitJumpInsn(Opcodes.IFEQ, shown);
                answer.accept(this);
                visitLabel(shown);
                visitFrame(Opcodes.F_SAME, 0, null, 0, null);
            }
        };
    }
}
