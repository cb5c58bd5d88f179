package io.github.glimpse.spring.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

class RequestGuardTest {

    static OpenAiOptions options(List<String> keys, List<String> hosts, List<String> origins) {
        return new OpenAiOptions(
                keys,
                hosts,
                origins,
                new OpenAiOptions.Bodies(1_000, 10_000, Duration.ofSeconds(5), 0, 10, 10),
                1_000,
                1,
                Integer.MAX_VALUE,
                Duration.ofSeconds(10),
                Duration.ofMinutes(1),
                Duration.ofSeconds(5),
                OpenAiOptions.History.REFUSE);
    }

    private static RequestGuard guard(OpenAiOptions options) {
        return new RequestGuard(options, new BodyAdmission(options));
    }

    private static MockHttpServletRequest called(String host) {
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.addHeader("Host", host);
        request.setServerName(host.replaceAll(":\\d+$", ""));
        return request;
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]:8080", "gpu-box"})
    void theServerAnswersToItsNames(String host) {
        RequestGuard guard = guard(options(List.of(), List.of("gpu-box"), List.of()));

        assertThatCode(() -> guard.check(called(host))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1"})
    void aNameThatLeadsHereIsNotEnough(String host) {
        assertThatThrownBy(() -> guard(options(List.of(), List.of(), List.of())).check(called(host)))
                .isInstanceOfSatisfying(
                        OpenAiException.class, e -> assertThat(e.status()).isEqualTo(403));
        assertThatCode(() -> guard(options(List.of(), List.of("*"), List.of())).check(called(host)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8080,true",
        "https://app.example,true",
        "http://localhost:3000,false",
        "http://localhost,false",
        "https://app.example.evil.example,false",
        "null,false",
        "'',false"
    })
    void onlyPagesOfThisServerAndOfTheListComeIn(String origin, boolean comesIn) {
        RequestGuard guard = guard(options(List.of(), List.of(), List.of("https://app.example")));
        MockHttpServletRequest request = called("localhost:8080");
        request.addHeader("Origin", origin);

        if (comesIn) {
            assertThatCode(() -> guard.check(request)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> guard.check(request))
                    .isInstanceOfSatisfying(
                            OpenAiException.class, e -> assertThat(e.status()).isEqualTo(403));
        }
    }

    private static MockHttpServletRequest with(String authorization) {
        MockHttpServletRequest request = called("localhost");
        request.addHeader("Authorization", authorization);
        return request;
    }

    @Test
    void aKeyOfTheListComesInAndNoOther() {
        RequestGuard guard = guard(options(List.of("one-key", "two-key"), List.of(), List.of()));

        assertThatCode(() -> guard.check(with("Bearer two-key"))).doesNotThrowAnyException();
        assertThatCode(() -> guard.check(with("bearer  one-key "))).doesNotThrowAnyException();
        for (String wrong : List.of("Bearer two-ke", "Bearer two-key2", "Bearer ", "Basic two-key", "two-key")) {
            assertThatThrownBy(() -> guard.check(with(wrong)))
                    .as(wrong)
                    .isInstanceOfSatisfying(
                            OpenAiException.class, e -> assertThat(e.status()).isEqualTo(401));
        }
        assertThatThrownBy(() -> guard.check(called("localhost"))).hasMessageContaining("Authorization: Bearer");
    }

    @Test
    void aKeyHasItsPlacesAndGivesEachBackOnce() {
        RequestGuard guard = guard(options(List.of("one-key", "two-key"), List.of(), List.of()));

        RequestGuard.Place first = guard.enter(with("Bearer one-key"));
        assertThatThrownBy(() -> guard.enter(with("Bearer one-key")))
                .isInstanceOfSatisfying(OpenAiException.class, e -> {
                    assertThat(e.status()).isEqualTo(429);
                    assertThat(e.retrySeconds()).isPositive();
                });
        guard.enter(with("Bearer two-key")).close();
        first.close();
        first.close();
        RequestGuard.Place second = guard.enter(with("Bearer one-key"));
        assertThatThrownBy(() -> guard.enter(with("Bearer one-key"))).isInstanceOf(OpenAiException.class);
        second.close();
    }
}
