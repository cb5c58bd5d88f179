package io.github.glimpse.request;

import static io.github.glimpse.request.PictureServer.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.exception.InvalidRequestException;
import io.github.glimpse.request.ImageUrlOptions.Access;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** https, with a certificate for {@code pictures.test} that is made anew for each run. */
@Timeout(60)
class ImageFetcherTlsTest {

    private static final char[] PASSWORD = "password".toCharArray();
    private static final PictureServer.Script PICTURE = text("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\npicture");

    @TempDir
    private static Path folder;

    private static SSLContext context;

    @BeforeAll
    static void makeCertificate() throws Exception {
        Path store = folder.resolve("keys.p12");
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Process process = new ProcessBuilder(
                        keytool.toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=pictures.test",
                        "-ext",
                        "SAN=dns:pictures.test",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .inheritIO()
                .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        context = context(store);
    }

    private static SSLContext context(Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD);
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        SSLContext made = SSLContext.getInstance("TLS");
        made.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
        return made;
    }

    @Test
    void fetchesOverTlsAndSaysWhichNameItWants() throws Exception {
        CompletableFuture<String> wanted = new CompletableFuture<>();
        try (SSLServerSocket listening = listen()) {
            Thread thread = new Thread(() -> {
                try (SSLSocket socket = (SSLSocket) listening.accept()) {
                    socket.startHandshake();
                    wanted.complete(
                            String.valueOf(((ExtendedSSLSession) socket.getSession()).getRequestedServerNames()));
                    PICTURE.answer("", socket.getOutputStream());
                } catch (Exception e) {
                    wanted.completeExceptionally(e);
                }
            });
            thread.setDaemon(true);
            thread.start();

            assertThat(fetch("pictures.test", listening.getLocalPort()))
                    .asString()
                    .isEqualTo("picture");
            assertThat(wanted.get(10, TimeUnit.SECONDS)).contains("pictures.test");
        }
    }

    @Test
    void refusesACertificateOfAnotherName() throws Exception {
        try (PictureServer server = new PictureServer(listen(), PICTURE)) {
            for (String host : List.of("other.test", "127.0.0.1")) {
                assertThatThrownBy(() -> fetch(host, server.port()))
                        .isExactlyInstanceOf(InvalidRequestException.class)
                        .hasMessageContainingAll(host, "certificate");
            }
            assertThat(server.heads()).isEmpty();
        }
    }

    @Test
    void refusesACertificateThatNobodyTrusts() throws Exception {
        try (PictureServer server = new PictureServer(listen(), PICTURE)) {
            ImageFetcher fetcher =
                    new ImageFetcher(options("pictures.test", server.port(), 5000), host -> loopback(), () ->
                            (SSLSocketFactory) SSLSocketFactory.getDefault());

            assertThatThrownBy(() -> OneFetch.of(fetcher, url("pictures.test", server.port())))
                    .isExactlyInstanceOf(InvalidRequestException.class)
                    .hasMessageContainingAll("pictures.test", "certificate");
        }
    }

    @Test
    void refusesARedirectToHttp() throws Exception {
        try (PictureServer plain = new PictureServer(PICTURE);
                PictureServer server = new PictureServer(
                        listen(),
                        text("HTTP/1.1 302 Found\r\nLocation: http://pictures.test:" + plain.port() + "/\r\n\r\n"))) {
            ImageUrlOptions options = new ImageUrlOptions(
                    Access.ALLOW_LIST,
                    List.of("pictures.test:" + plain.port(), "pictures.test:" + server.port()),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(5),
                    1000);

            assertThatThrownBy(() -> OneFetch.of(fetcher(options), url("pictures.test", server.port())))
                    .isExactlyInstanceOf(InvalidRequestException.class)
                    .hasMessageContainingAll("pictures.test", "http after https");
            assertThat(plain.heads()).isEmpty();
        }
    }

    @Test
    void theTimeLimitHoldsForAHandshake() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            ImageFetcher fetcher = fetcher(options("pictures.test", silent.getLocalPort(), 300));

            assertThatThrownBy(() -> OneFetch.of(fetcher, url("pictures.test", silent.getLocalPort())))
                    .isExactlyInstanceOf(InvalidRequestException.class)
                    .hasMessageContainingAll("pictures.test", "300 ms");
        }
    }

    private static SSLServerSocket listen() throws IOException {
        return (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    private static byte[] fetch(String host, int port) {
        return OneFetch.of(fetcher(options(host, port, 5000)), url(host, port));
    }

    private static URI url(String host, int port) {
        return URI.create("https://" + host + ":" + port + "/cat.png");
    }

    private static ImageFetcher fetcher(ImageUrlOptions options) {
        return new ImageFetcher(options, host -> loopback(), context::getSocketFactory);
    }

    private static ImageUrlOptions options(String host, int port, int millis) {
        Duration time = Duration.ofMillis(millis);
        return new ImageUrlOptions(Access.ALLOW_LIST, List.of(host + ":" + port), time, time, 1000);
    }

    private static InetAddress[] loopback() {
        return new InetAddress[] {InetAddress.getLoopbackAddress()};
    }
}
