package com.example.cookbook.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.example.cookbook.Receipt;
import io.github.glimpse.chat.RequestOutcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.core.env.Environment;

/** Who leaves before the end frees the model. The model is one that talks on: it was never trained. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "glimpse.model.location=../../glimpse-langchain4j/src/test/resources/fixtures/qwen2_5_vl-tiny/model",
            "glimpse.generation.max-output-tokens=2000"
        })
class CancelledStreamTest {

    @Autowired
    private Environment environment;

    @Autowired
    private PictureFlux flux;

    @Autowired
    private Outcomes outcomes;

    @BeforeEach
    void forget() {
        outcomes.seen().clear();
    }

    @Test
    void aFluxThatNobodyListensToIsCancelled() throws IOException {
        flux.read("What is the total?", Receipt.content()).take(2).blockLast();

        await().untilAsserted(() -> assertThat(outcomes.seen()).containsExactly(RequestOutcome.CANCELLED));
    }

    @Test
    void anAnswerWhoseReaderHasLeftIsCancelled() throws IOException {
        byte[] picture = Receipt.png();
        int port = Integer.parseInt(environment.getRequiredProperty("local.server.port"));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /read?question=What HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
                            + "Content-Length: " + picture.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(picture);
            out.flush();
            InputStream in = socket.getInputStream();
            assertThat(in.read()).isEqualTo('H');
        }

        await().untilAsserted(() -> assertThat(outcomes.seen()).containsExactly(RequestOutcome.CANCELLED));
    }
}
