package com.example.cookbook.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.cookbook.Receipt;
import io.github.glimpse.chat.RequestOutcome;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.core.env.Environment;

/** Answers come piece by piece, by both ways. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class StreamingTest {

    @Autowired
    private Environment environment;

    @Autowired
    private PictureFlux flux;

    @Autowired
    private Outcomes outcomes;

    @Test
    void sendsAnAnswerAsServerSentEvents() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:"
                        + environment.getProperty("local.server.port") + "/read?question=What%20is%20the%20total%3F"))
                .header("Content-Type", "image/png")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Receipt.png()))
                .build();

        HttpResponse<Stream<String>> response =
                HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofLines());

        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        List<String> events = response.body().filter(line -> !line.isEmpty()).toList();
        assertThat(events).hasSizeGreaterThan(1).allMatch(event -> event.matches("data:\\{\"text\":\".*\"}"));
        assertThat(String.join("", events).replaceAll("data:\\{\"text\":\"|\"}", ""))
                .isEqualTo("87.00");
    }

    @Test
    void givesAnAnswerAsAFlux() throws IOException {
        List<String> pieces =
                flux.read("What is the total?", Receipt.content()).collectList().block();

        assertThat(pieces).isNotNull().hasSizeGreaterThan(1);
        assertThat(String.join("", pieces)).isEqualTo("87.00");
        assertThat(outcomes.seen()).contains(RequestOutcome.ANSWERED);
    }
}
