package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.testing.Sample;
import io.github.glimpse.testing.TestCategory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** More of them: {@code -Dglimpse.hostile.pdfs=2000}. */
@TestCategory.Hostile
class HostilePdfTest {

    private static final int FILES = Integer.getInteger("glimpse.hostile.pdfs", Sample.count(15, 60));

    @Test
    void aProcessOutlivesHostileFilesAndFetchesNothing() throws IOException, InterruptedException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process reader = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx300m",
                            "-Djava.awt.headless=true",
                            "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                            "-cp",
                            System.getProperty("java.class.path"),
                            HostilePdfReader.class.getName(),
                            String.valueOf(FILES),
                            String.valueOf(server.getLocalPort())))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String said = new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            System.out.println(said);

            assertThat(reader.waitFor()).as(said).isZero();
            assertThat(said).contains("outlived " + FILES + " files", "BROKEN", "ENCRYPTED", "TOO_LARGE");
            server.setSoTimeout(1);
            assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }
}
