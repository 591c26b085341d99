// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.context.DriverContext;
import com.datastax.oss.driver.api.core.session.ProgrammaticArguments;
import com.datastax.oss.driver.internal.core.context.DefaultDriverContext;
import com.datastax.oss.driver.internal.core.context.DefaultNettyOptions;
import com.datastax.oss.driver.internal.core.context.NettyOptions;
import com.datastax.oss.simulacron.common.cluster.ClusterSpec;
import com.datastax.oss.simulacron.common.stubbing.PrimeDsl;
import com.datastax.oss.simulacron.server.BoundCluster;
import com.datastax.oss.simulacron.server.Server;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import net.zcrx.Zcrx;
import net.zcrx.ZcrxMetrics;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Payload;
import org.junit.jupiter.api.Test;

/** The driver of Apache Cassandra, against a server that knows one query. */
class CassandraTest {
    private static final String TEXT = HexFormat.of().formatHex(Payload.random(1, 4_000_000));
    private static final String QUERY = "SELECT text FROM texts";

    private static CqlSessionBuilder onZcrx(EventLoopGroup group) {
        return new CqlSessionBuilder() {
            @Override
            protected DriverContext buildContext(DriverConfigLoader loader, ProgrammaticArguments arguments) {
                return new DefaultDriverContext(loader, arguments) {
                    @Override
                    protected NettyOptions buildNettyOptions() {
                        return new DefaultNettyOptions(this) {
                            @Override
                            public void afterBootstrapInitialized(Bootstrap bootstrap) {
                                Zcrx.replaceTransport(bootstrap, group);
                            }
                        };
                    }
                };
            }
        };
    }

    @Test
    void shouldReadText() {
        try (Loops loops = Loops.zcrx(2);
                Server server = Server.builder().build();
                BoundCluster cluster = server.register(ClusterSpec.builder().withNodes(1))) {
            cluster.prime(
                    PrimeDsl.when(QUERY).then(PrimeDsl.rows().row("text", TEXT).columnTypes("text", "varchar")));
            try (CqlSession session = onZcrx(loops.group())
                    .addContactPoint((InetSocketAddress)
                            cluster.getNodes().iterator().next().getAddress())
                    .withLocalDatacenter("dc1")
                    .withConfigLoader(DriverConfigLoader.programmaticBuilder()
                            .withString(DefaultDriverOption.PROTOCOL_VERSION, "V4")
                            .build())
                    .build()) {
                assertEquals(TEXT, session.execute(QUERY).one().getString("text"));
            }
            assertTrue(loops.sum(ZcrxMetrics::copiedBytes) > TEXT.length());
        }
    }
}
