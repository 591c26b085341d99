// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testrun;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Makes Netty's leak detectors keep what they report. */
final class LeakRecorder extends ResourceLeakDetectorFactory {

    private static final long COLLECTION_TIMEOUT_MILLIS = 30_000;

    private final Collection<ResourceLeakDetector<?>> detectors = new ConcurrentLinkedQueue<>();
    private final Collection<String> leaks = new ConcurrentLinkedQueue<>();

    @Override
    @Deprecated
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval, long maxActive) {
        return newResourceLeakDetector(resource, interval);
    }

    @Override
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval) {
        ResourceLeakDetector<T> detector = new RecordingDetector<>(resource, interval, leaks);
        detectors.add(detector);
        return detector;
    }

    /** All leaks up to now, also those that no detector has reported yet. */
    List<String> leaks() throws InterruptedException {
        // The second collection finds what the first one's cleaners let go.
        collectGarbage();
        collectGarbage();
        detectors.forEach(LeakRecorder::report);
        return List.copyOf(leaks);
    }

    private static void collectGarbage() throws InterruptedException {
        ReferenceQueue<Object> collected = new ReferenceQueue<>();
        Reference<Object> unreachable = new PhantomReference<>(new Object(), collected);
        System.gc();
        if (collected.remove(COLLECTION_TIMEOUT_MILLIS) != unreachable) {
            throw new IllegalStateException("No garbage collection in " + COLLECTION_TIMEOUT_MILLIS + " ms.");
        }
    }

    /** A detector reports what was collected when it is given the next object to track. */
    @SuppressWarnings("unchecked") // It never looks at the object.
    private static void report(ResourceLeakDetector<?> detector) {
        Object next = new Object();
        ResourceLeakTracker<Object> tracker = ((ResourceLeakDetector<Object>) detector).trackForcibly(next);
        tracker.close(next);
    }

    private static final class RecordingDetector<T> extends ResourceLeakDetector<T> {

        private final Collection<String> leaks;

        RecordingDetector(Class<T> resource, int interval, Collection<String> leaks) {
            super(resource, interval);
            this.leaks = leaks;
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            leaks.add(resourceType + records);
            super.reportTracedLeak(resourceType, records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            leaks.add(resourceType);
            super.reportUntracedLeak(resourceType);
        }
    }
}
