package io.github.glimpse.spring.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

class RequestBodyTest {

    private static final int MOST = 4_000_000;

    private static OpenAiOptions options(long imageBytes) {
        return new OpenAiOptions(
                List.of(),
                List.of(),
                List.of(),
                new OpenAiOptions.Bodies(MOST, 2L * MOST, Duration.ofSeconds(60), 0, 10, 10),
                imageBytes,
                1,
                Integer.MAX_VALUE,
                Duration.ofSeconds(10),
                Duration.ofMinutes(1),
                Duration.ofSeconds(5),
                OpenAiOptions.History.REFUSE);
    }

    private static JsonField read(long imageBytes, MockHttpServletRequest request) {
        OpenAiOptions options = options(imageBytes);
        BodyAdmission admission = new BodyAdmission(options);
        request.addHeader("Host", "localhost");
        try (RequestGuard.Place place = new RequestGuard(options, admission).enter(request)) {
            return new RequestBody(options, admission, System::nanoTime).read(request, place);
        }
    }

    private static MockHttpServletRequest request(@Nullable String type, String body) {
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.setContentType(type);
        request.setContent(body.getBytes(StandardCharsets.UTF_8));
        return request;
    }

    private static void refused(String body, int status, String words) {
        assertThatThrownBy(() -> read(1_200_000, request("application/json", body)))
                .isInstanceOfSatisfying(OpenAiException.class, e -> {
                    assertThat(e.status()).isEqualTo(status);
                    assertThat(e).hasMessageContaining(words);
                });
    }

    @Test
    void aByteOrderMarkIsIgnored() {
        assertThat(read(1_000, request("application/json", "\uFEFF{\"a\": 1}"))
                        .at("a")
                        .wholeOrNull())
                .isEqualTo(1);
        refused("{\uFEFF}", 400, "not valid JSON");
        refused("\uFEFF", 400, "JSON");
    }

    @Test
    void anObjectIsRead() {
        JsonField read = read(1, request("application/json;charset=utf-8", "{\"a\": {\"b\": [\"ü\"]}}"));

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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ff",
                "c3", // the first byte of two
                "c3 28",
                "c0 80", // overlong zero
                "e0 80 af", // overlong slash
                "ed a0 80", // half of a surrogate pair
                "f4 90 80 80", // beyond the last character
                "f8 88 80 80 80"
            })
    void textThatIsNotUtf8IsRefused(String hex) {
        byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(hex);
        for (String body : List.of("{\"a\": \"%\"}", "{\"a\": [{\"b%\": 1}]}", "{\"a\": 1} %")) {
            MockHttpServletRequest request = request("application/json", "");
            request.setContent(body.replace("%", new String(bytes, StandardCharsets.ISO_8859_1))
                    .getBytes(StandardCharsets.ISO_8859_1));

            assertThatThrownBy(() -> read(1, request)).isInstanceOfSatisfying(OpenAiException.class, e -> {
                assertThat(e.status()).isEqualTo(400);
                assertThat(e).hasMessageContaining("not valid UTF-8");
            });
        }
    }

    @Test
    void otherEncodingsOfJsonAreRefused() {
        for (Charset charset :
                List.of(StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE, Charset.forName("UTF-32BE"))) {
            MockHttpServletRequest request = request("application/json", "");
            request.setContent("{\"a\": 1}".getBytes(charset));

            assertThatThrownBy(() -> read(1, request))
                    .as(charset.name())
                    .isInstanceOfSatisfying(
                            OpenAiException.class, e -> assertThat(e.status()).isEqualTo(400));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\": 1, \"a\": 1}",
                "{\"b\": {\"a\": 1, \"c\": 2, \"a\": 3}}",
                "{\"b\": [[{\"a\": {}, \"a\": {}}]]}",
                "{\"a\": 1, \"\\u0061\": 2}"
            })
    void aNameThatIsTwiceInAnObjectIsRefused(String body) {
        refused(body, 400, "'a'");
    }

    @Test
    void aNameMayBeOnceInEachObject() {
        assertThat(read(1, request("application/json", "{\"a\": {\"a\": [{\"a\": 1}, {\"a\": 2}]}}"))
                        .at("a")
                        .at("a")
                        .list())
                .hasSize(2);
    }

    @Test
    void aCompressedBodyIsRefused() {
        MockHttpServletRequest request = request("application/json", "{}");
        request.addHeader("Content-Encoding", "gzip");

        assertThatThrownBy(() -> read(1, request)).isInstanceOfSatisfying(OpenAiException.class, e -> {
            assertThat(e.status()).isEqualTo(415);
            assertThat(e).hasMessageContaining("Content-Encoding");
        });
    }

    @Test
    void aPictureOfTheLargestSizeFitsInto() {
        String data = "A".repeat(1_600_000);

        assertThat(read(1_200_000, request("application/json", "{\"a\": \"data:image/png;base64," + data + "\"}"))
                        .at("a")
                        .text())
                .endsWith(data);
    }

    @ParameterizedTest
    @CsvSource({",", "text/plain,", "application/x-www-form-urlencoded,", "multipart/form-data,", "json,", "'',"})
    void otherTypesAreRefused(@Nullable String type, @Nullable String unused) {
        assertThatThrownBy(() -> read(1, request(type, "{}")))
                .isInstanceOfSatisfying(
                        OpenAiException.class, e -> assertThat(e.status()).isEqualTo(415));
    }
}
