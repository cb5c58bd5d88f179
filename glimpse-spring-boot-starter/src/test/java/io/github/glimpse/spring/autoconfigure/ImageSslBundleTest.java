package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.ChatModel;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Pictures from a server whose certificate nobody but an SSL bundle trusts; it is made anew for each run. */
@Timeout(60)
class ImageSslBundleTest {

    private static final String PASSWORD = "password";

    @TempDir
    private static Path folder;

    private static HttpsServer server;
    private static Path store;

    @BeforeAll
    static void serve() throws Exception {
        store = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .inheritIO()
                .start();
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), null, null);
        byte[] picture = Files.readAllBytes(TinyModel.QWEN.resolve("cases/017/a.png"));
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, picture.length);
            exchange.getResponseBody().write(picture);
            exchange.close();
        });
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    @Test
    void trustsWhomTheBundleTrusts() {
        runner().withPropertyValues(
                        "spring.ssl.bundle.jks.pictures.truststore.location=file:" + store,
                        "spring.ssl.bundle.jks.pictures.truststore.password=" + PASSWORD,
                        "glimpse.images.ssl-bundle=pictures")
                .run(context -> {
                    GlimpseChatResponseMetadata metadata = (GlimpseChatResponseMetadata)
                            context.getBean(ChatModel.class).chat(question()).metadata();
                    assertThat(metadata.pruning().imageTokens()).isPositive();
                });
    }

    @Test
    void trustsNobodyElseWithoutIt() {
        runner().run(context -> assertThatThrownBy(
                        () -> context.getBean(ChatModel.class).chat(question()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("certificate"));
    }

    @Test
    void aBundleThatIsNotThereStopsTheStart() {
        runner().withPropertyValues("glimpse.images.ssl-bundle=missing")
                .run(context -> assertThat(Objects.requireNonNull(context.getStartupFailure()))
                        .hasStackTraceContaining("glimpse.images.ssl-bundle: there is no SSL bundle 'missing'"));
    }

    @Test
    void aBundleThatCannotBeReadStopsTheStart() {
        runner().withPropertyValues(
                        "spring.ssl.bundle.jks.broken.truststore.location=file:" + folder.resolve("nothing.p12"),
                        "glimpse.images.ssl-bundle=broken")
                .run(context -> assertThat(Objects.requireNonNull(context.getStartupFailure()))
                        .hasStackTraceContaining("glimpse.images.ssl-bundle: the SSL bundle 'broken' cannot be read"));
    }

    private static ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, GlimpseAutoConfiguration.class))
                .withPropertyValues(TinyModel.properties(TinyModel.QWEN))
                .withPropertyValues(
                        "glimpse.generation.max-output-tokens=1",
                        "glimpse.images.url-access=allow-list",
                        "glimpse.images.allowed-hosts=127.0.0.1:"
                                + server.getAddress().getPort());
    }

    private static UserMessage question() {
        return UserMessage.from(
                TextContent.from("What is it?"),
                ImageContent.from("https://127.0.0.1:" + server.getAddress().getPort() + "/a.png"));
    }
}
