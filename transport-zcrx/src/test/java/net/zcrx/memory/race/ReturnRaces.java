// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory.race;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import net.zcrx.memory.Area;
import net.zcrx.memory.BufferPool;
import net.zcrx.memory.ZcrxByteBuf;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** A release on another thread against what the owner of the pool does at that moment. */
public final class ReturnRaces {
    private static final ByteBufAllocator ALLOC = UnpooledByteBufAllocator.DEFAULT;

    /** Stands for the loop's thread: whichever thread an actor runs on, its release is one from elsewhere. */
    private static final Thread OWNER = new Thread();

    private ReturnRaces() {}

    /** A pool whose owner is {@link #OWNER}, and what it did. */
    private static final class Fixture {
        private static final Area SHARED = Area.allocate(1);

        int reclaimed;
        int wakeups;
        final BufferPool pool = new BufferPool(token -> reclaimed++, () -> wakeups++);

        Fixture() {
            pool.owner(OWNER);
        }

        ZcrxByteBuf get() {
            return pool.get(SHARED, 0, 1, 0, true, ALLOC);
        }
    }

    /** The owner finds itself short of pages, and sleeps after it asked for returns. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Taken back before the sleep.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Left in the queue, but the owner is woken.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Taken back, and woken for nothing.")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "The owner sleeps and its page is in the queue.")
    @State
    public static class FirstSleep {
        private final Fixture fixture = new Fixture();
        private final ZcrxByteBuf buf = fixture.get();

        @Actor
        public void release() {
            buf.release();
        }

        @Actor
        public void fallAsleep(II_Result r) {
            fixture.pool.wantReturns(true);
            r.r1 = fixture.reclaimed;
        }

        @Arbiter
        public void wake(II_Result r) {
            r.r2 = fixture.wakeups;
        }
    }

    /** The owner was woken once, takes back what came, and sleeps again. */
    @JCStressTest
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "Both taken back before the sleep.")
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "The second is left in the queue, but the owner is woken again.")
    @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "Both taken back, and woken for nothing.")
    @Outcome(id = "1, 1", expect = FORBIDDEN, desc = "The owner sleeps and its page is in the queue.")
    @State
    public static class SecondSleep {
        private final Fixture fixture = new Fixture();
        private final ZcrxByteBuf buf = fixture.get();

        public SecondSleep() {
            fixture.pool.wantReturns(true);
            fixture.get().release();
        }

        @Actor
        public void release() {
            buf.release();
        }

        @Actor
        public void fallAsleep(II_Result r) {
            fixture.pool.drain();
            r.r1 = fixture.reclaimed;
        }

        @Arbiter
        public void wake(II_Result r) {
            r.r2 = fixture.wakeups;
        }
    }

    /** The pool closes while the last buffers come back. A second unmapping would end the run with an exception. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Unmapped, nothing reclaimed.")
    @Outcome(expect = FORBIDDEN, desc = "Still mapped, or reclaimed after the ring had gone.")
    @State
    public static class Close {
        private final Fixture fixture = new Fixture();
        private final Area area = Area.allocate(1);
        private final ZcrxByteBuf first = fixture.pool.get(area, 0, 1, 0, true, ALLOC);
        private final ZcrxByteBuf second = fixture.pool.get(area, 1, 1, 1, true, ALLOC);

        public Close() {
            area.release();
        }

        @Actor
        public void release() {
            first.release();
            second.release();
        }

        @Actor
        public void close() {
            fixture.pool.close();
        }

        @Arbiter
        public void look(II_Result r) {
            r.r1 = area.isMapped() ? 1 : 0;
            r.r2 = fixture.reclaimed;
        }
    }

    /** Two threads hold a reference each. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Reclaimed once.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or reclaimed twice.")
    @State
    public static class LastReference {
        private final Fixture fixture = new Fixture();
        private final ZcrxByteBuf buf = fixture.get();

        public LastReference() {
            buf.retain();
        }

        @Actor
        public void releaseHere() {
            buf.release();
        }

        @Actor
        public void releaseThere() {
            buf.release();
        }

        @Arbiter
        public void drain(I_Result r) {
            fixture.pool.drain();
            r.r1 = fixture.reclaimed;
        }
    }
}
