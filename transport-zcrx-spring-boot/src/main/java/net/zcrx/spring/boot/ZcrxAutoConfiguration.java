// SPDX-License-Identifier: Apache-2.0
package net.zcrx.spring.boot;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.micrometer.ZcrxMeters;
import net.zcrx.reactor.netty.ZcrxLoopResources;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.resources.LoopResources;

/**
 * With {@code zcrx.enabled=true} the web server of WebFlux, and the clients that Spring Boot builds, run on the
 * transport. An application that has a {@link ReactorResourceFactory} of its own keeps it. A bean of type
 * {@link ZcrxIoHandlerConfig} has the settings of the event loops, of which there are as many as Reactor Netty would
 * have ({@code -Dreactor.netty.ioWorkerCount}). They end with the application context.
 *
 * <p>Where the transport does not work, one warning says why, and Reactor Netty chooses its transport as it does
 * without this.
 */
@AutoConfiguration(
        beforeName = "org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration")
@AutoConfigureOrder(Ordered.HIGHEST_PRECEDENCE)
@ConditionalOnClass({ReactorResourceFactory.class, LoopResources.class})
@ConditionalOnProperty("zcrx.enabled")
@ConditionalOnMissingBean(ReactorResourceFactory.class)
@Conditional(ZcrxWorks.class)
public class ZcrxAutoConfiguration {
    /** The settings of the event loops: the defaults. */
    @Bean
    @ConditionalOnMissingBean
    ZcrxIoHandlerConfig zcrxIoHandlerConfig() {
        return new ZcrxIoHandlerConfig();
    }

    /** The factory of the event loops: it has their counters, also those of loops that have ended. */
    @Bean
    @ConditionalOnMissingBean
    ZcrxIoHandlerFactory zcrxIoHandlerFactory(ZcrxIoHandlerConfig config) {
        return ZcrxIoHandler.newFactory(config);
    }

    @Bean
    ReactorResourceFactory reactorResourceFactory(ZcrxIoHandlerFactory factory, Environment environment) {
        ReactorResourceFactory resources = new ReactorResourceFactory();
        resources.setUseGlobalResources(false);
        // A context that is stopped and started again has new loops.
        resources.setLoopResourcesSupplier(() -> newLoops(factory));
        // Spring Boot's own property, which its own factory would take.
        Duration quietPeriod = environment.getProperty("spring.reactor.netty.shutdown-quiet-period", Duration.class);
        if (quietPeriod != null) {
            resources.setShutdownQuietPeriod(quietPeriod);
        }
        return resources;
    }

    private static LoopResources newLoops(ZcrxIoHandlerFactory factory) {
        // Daemons, as Reactor Netty's own: a program that forgets to close its context ends all the same.
        return new ZcrxLoopResources(new MultiThreadIoEventLoopGroup(
                LoopResources.DEFAULT_IO_WORKER_COUNT, new DefaultThreadFactory("zcrx", true), factory));
    }

    /** The counters in the application's meter registries, if {@code transport-zcrx-micrometer} is there. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ZcrxMeters.class)
    static class Meters {
        @Bean
        @ConditionalOnMissingBean
        ZcrxMeters zcrxMeters(ZcrxIoHandlerFactory factory) {
            return new ZcrxMeters(factory);
        }
    }
}
