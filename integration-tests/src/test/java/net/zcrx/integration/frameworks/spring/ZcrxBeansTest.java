// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks.spring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Set;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.micrometer.ZcrxMeters;
import net.zcrx.reactor.netty.ZcrxLoopResources;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.resources.LoopResources;

/** What an application finds in its context, and what it can replace there. */
class ZcrxBeansTest {
    private static ConfigurableApplicationContext run(Class<?> application, String... arguments) {
        return new SpringApplicationBuilder(application)
                .web(WebApplicationType.NONE)
                .properties("spring.main.banner-mode=off", "spring.reactor.netty.shutdown-quiet-period=0s")
                .run(arguments);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Plain {}

    @Test
    void shouldDoNothingUnlessEnabled() {
        for (String argument : new String[] {"--zcrx.enabled=false", "--other=true"}) {
            try (ConfigurableApplicationContext context = run(Plain.class, argument)) {
                assertTrue(context.getBeansOfType(ZcrxIoHandlerFactory.class).isEmpty());
                assertTrue(context.getBean(ReactorResourceFactory.class).isUseGlobalResources());
            }
        }
    }

    @Test
    void shouldCountForMicrometer() {
        try (ConfigurableApplicationContext context = run(Plain.class, "--zcrx.enabled=true")) {
            assertEquals(1, context.getBeansOfType(ZcrxMeters.class).size());
        }
    }

    @Test
    void shouldHaveNewLoopsWhenItIsStartedAgain() {
        try (ConfigurableApplicationContext context = run(Plain.class, "--zcrx.enabled=true")) {
            ReactorResourceFactory factory = context.getBean(ReactorResourceFactory.class);
            LoopResources first = factory.getLoopResources();
            assertEquals(LoopResources.DEFAULT_IO_WORKER_COUNT, loops(first));
            context.stop();
            assertTrue(first.isDisposed());
            context.start();
            LoopResources second = factory.getLoopResources();
            assertNotSame(first, second);
            assertFalse(second.isDisposed());
        }
    }

    private static long loops(LoopResources resources) {
        long[] count = {0};
        ((ZcrxLoopResources) resources).group().forEach(loop -> count[0]++);
        return count[0];
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class WithSettings {
        @Bean
        ZcrxIoHandlerConfig settings() {
            return new ZcrxIoHandlerConfig().areaBytes(8 << 20);
        }
    }

    @Test
    void shouldTakeSettingsOfApplication() {
        try (ConfigurableApplicationContext context = run(WithSettings.class, "--zcrx.enabled=true")) {
            context.getBean(ReactorResourceFactory.class).getLoopResources();
            assertEquals(
                    8 << 20,
                    context.getBean(ZcrxIoHandlerFactory.class).metrics().get(0).areaBytes());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class WithResources {
        @Bean
        ReactorResourceFactory resources() {
            ReactorResourceFactory factory = new ReactorResourceFactory();
            factory.setShutdownQuietPeriod(Duration.ZERO);
            return factory;
        }
    }

    @Test
    void shouldLeaveResourcesOfApplicationAlone() {
        try (ConfigurableApplicationContext context = run(WithResources.class, "--zcrx.enabled=true")) {
            assertEquals(
                    Set.of("resources"),
                    context.getBeansOfType(ReactorResourceFactory.class).keySet());
            assertTrue(context.getBeansOfType(ZcrxIoHandlerFactory.class).isEmpty());
        }
    }
}
