// SPDX-License-Identifier: Apache-2.0
package net.zcrx.spring.boot;

import net.zcrx.Zcrx;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether the transport works here. Warns if it does not, as it is asked only where an application wants it. */
final class ZcrxWorks implements ConfigurationCondition {
    private static final Log LOGGER = LogFactory.getLog(ZcrxAutoConfiguration.class);

    /** This condition is evaluated after those on classes and properties, and only once. */
    @Override
    public ConfigurationPhase getConfigurationPhase() {
        return ConfigurationPhase.REGISTER_BEAN;
    }

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
        if (!Zcrx.isAvailable()) {
            LOGGER.warn(
                    "zcrx.enabled is true, but zcrx does not work here, and Reactor Netty chooses another transport. "
                            + Zcrx.unavailabilityCause().getMessage());
        }
        return Zcrx.isAvailable();
    }
}
