package io.github.glimpse.spring.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ServletInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.DelegatingServletInputStream;
import org.springframework.mock.web.MockHttpServletRequest;

class RequestBodyTest {

    private static final int MOST = 4_000_000;

    private static RequestBody bodies(long imageBytes) {
        return bodies(imageBytes, Duration.ofSeconds(60));
    }

    private static RequestBody bodies(long imageBytes, Duration timeout) {
        return new RequestBody(new OpenAiOptions(
                List.of(),
                List.of(),
                List.of(),
                MOST,
                timeout,
                imageBytes,
                1,
                Duration.ofSeconds(10),
                Duration.ofMinutes(1),
                Duration.ofSeconds(5)));
    }

    private static MockHttpServletRequest request(@Nullable String type, String body) {
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.setContentType(type);
        request.setContent(body.getBytes(StandardCharsets.UTF_8));
        return request;
    }

    private static void refused(String body, int status, String words) {
        assertThatThrownBy(() -> bodies(1_200_000).read(request("application/json", body)))
                .isInstanceOfSatisfying(OpenAiException.class, e -> {
                    assertThat(e.status()).isEqualTo(status);
                    assertThat(e).hasMessageContaining(words);
                });
    }

    @Test
    void anObjectIsRead() {
        JsonField read = bodies(1).read(request("application/json;charset=utf-8", "{\"a\": {\"b\": [\"ü\"]}}"));

        assertThat(read.at("a").at("b").list().get(0).text()).isEqualTo("ü");
        assertThat(read.at("a").at("b").list().get(0).path()).isEqualTo("a.b[0]");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            delimiter = '|',
            value = {"~~", "[]", "null", "1", "{", "{\"a\": 1} {}", "{'a': 1}", "{\"a\": NaN}", "{\"a\": 01}", "\uFEFF["
            })
    void whatIsNoObjectIsRefused(@Nullable String body) {
        refused(body == null ? "" : body, 400, "The body is not");
    }

    @Test
    void whatIsDeepLongOrMuchIsRefused() {
        refused("{\"a\": " + "[".repeat(100) + "]".repeat(100) + "}", 400, "beyond a limit");
        refused("{\"a\": " + "1".repeat(200) + "}", 400, "beyond a limit");
        refused("{\"" + "n".repeat(2_000) + "\": 1}", 400, "beyond a limit");
        refused("{\"a\": [" + "{},".repeat(200_000) + "{}]}", 400, "beyond a limit");
        refused("{\"a\": \"" + "x".repeat(2_000_000) + "\"}", 413, "glimpse.limits.max-image-size");
        refused("{\"a\": \"" + "x".repeat(MOST) + "\"}", 413, "glimpse.openai.max-body");
    }

    /** One whose bytes keep coming, each in time for the server. */
    @Test
    void whatTakesTooLongIsRefused() {
        MockHttpServletRequest endless = new MockHttpServletRequest() {
            @Override
            public ServletInputStream getInputStream() {
                return new DelegatingServletInputStream(new InputStream() {
                    @Override
                    public int read() {
                        return ' ';
                    }

                    @Override
                    public int read(byte[] buffer, int offset, int length) {
                        buffer[offset] = ' ';
                        return 1;
                    }
                });
            }
        };
        endless.setContentType("application/json");

        assertThatThrownBy(() -> bodies(1, Duration.ofMillis(1)).read(endless))
                .isInstanceOfSatisfying(OpenAiException.class, e -> {
                    assertThat(e.status()).isEqualTo(408);
                    assertThat(e).hasMessageContaining("glimpse.openai.body-timeout");
                });
    }

    @Test
    void aPictureOfTheLargestSizeFitsInto() {
        String data = "A".repeat(1_600_000);

        assertThat(bodies(1_200_000)
                        .read(request("application/json", "{\"a\": \"data:image/png;base64," + data + "\"}"))
                        .at("a")
                        .text())
                .endsWith(data);
    }

    @ParameterizedTest
    @CsvSource({",", "text/plain,", "application/x-www-form-urlencoded,", "multipart/form-data,", "json,", "'',"})
    void otherTypesAreRefused(@Nullable String type, @Nullable String unused) {
        assertThatThrownBy(() -> bodies(1).read(request(type, "{}")))
                .isInstanceOfSatisfying(
                        OpenAiException.class, e -> assertThat(e.status()).isEqualTo(415));
    }
}
