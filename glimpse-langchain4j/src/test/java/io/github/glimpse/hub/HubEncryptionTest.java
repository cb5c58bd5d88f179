package io.github.glimpse.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub with a certificate of its own making, once unknown and once trusted. */
class HubEncryptionTest {

    private static final String PASSWORD = "password";

    private final AtomicInteger requests = new AtomicInteger();
    private final LoopbackHub plain = LoopbackHub.withModel(1_000);

    @TempDir
    static Path directory;

    private static SSLContext trusting;

    private HttpsServer server;

    @BeforeAll
    static void trust() throws IOException, InterruptedException, GeneralSecurityException {
        KeyStore keys = makeKeys(directory.resolve("keys.p12"));
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD.toCharArray());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        trusting = SSLContext.getInstance("TLS");
        trusting.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(trusting));
        server.createContext("/", exchange -> {
            requests.incrementAndGet();
            LoopbackHub.redirect(
                    exchange, plain.endpoint() + exchange.getRequestURI().getRawPath());
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        plain.close();
    }

    @Test
    void saysHowToTrustACertificateAndAsksOnlyOnce() {
        assertThatThrownBy(() -> HubTrials.open(options()))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("SSLHandshakeException")
                .hasMessageContaining("-Djavax.net.ssl.trustStore");
        assertThat(requests).hasValue(0);
    }

    @Test
    void doesNotFollowARedirectThatGivesUpEncryption() throws GeneralSecurityException {
        SSLContext before = SSLContext.getDefault();
        SSLContext.setDefault(trusting);
        try {
            assertThatThrownBy(() -> HubTrials.open(options()))
                    .isInstanceOf(ModelFilesException.class)
                    .hasMessageContaining("redirects from https to http (127.0.0.1)");
        } finally {
            SSLContext.setDefault(before);
        }
        assertThat(requests).hasValue(1);
        assertThat(plain.asked()).isEmpty();
    }

    private HubOptions options() {
        return HubOptions.builder()
                .endpoint(URI.create("https://localhost:" + server.getAddress().getPort()))
                .cacheDirectory(directory)
                .token("hf_secret")
                .build();
    }

    private static KeyStore makeKeys(Path file) throws IOException, InterruptedException, GeneralSecurityException {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "hub",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }
}
