// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;

/** A key and certificate for this start only, made by the JDK's own keytool. */
final class SelfSigned {
    private static final String PASSWORD = "for this start only";
    private static final int KEYTOOL_SECONDS = 60;

    private SelfSigned() {}

    /** Clients reach the server by {@code localhost}, a loopback address, or the name {@code host}. */
    static SslContextBuilder serverBuilder(String host) throws ServerException {
        try {
            Path directory = Files.createTempDirectory("example-http-tls");
            Path file = directory.resolve("key.p12");
            try {
                generate(file, host);
                return SslContextBuilder.forServer(keyManagers(file));
            } finally {
                Files.deleteIfExists(file);
                Files.delete(directory);
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new ServerException("A self-signed certificate could not be made: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerException("Making a self-signed certificate was interrupted.", e);
        }
    }

    private static void generate(Path file, String host) throws IOException, InterruptedException {
        String hostName = host.matches("[0-9.]+|.*:.*") ? "ip:" + host : "dns:" + host;
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-validity",
                        "90",
                        "-dname",
                        "CN=example-http",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1,ip:::1," + hostName,
                        "-alias",
                        "server",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!keytool.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            keytool.destroyForcibly();
            throw new IOException("keytool failed: " + said.strip());
        }
    }

    private static KeyManagerFactory keyManagers(Path file) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, PASSWORD.toCharArray());
        return factory;
    }
}
