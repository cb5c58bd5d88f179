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

class DoorTest {

    static OpenAiOptions options(List<String> keys, List<String> hosts, List<String> origins) {
        return new OpenAiOptions(
                keys,
                hosts,
                origins,
                1_000,
                Duration.ofSeconds(5),
                1_000,
                1,
                Duration.ofSeconds(10),
                Duration.ofMinutes(1),
                Duration.ofSeconds(5));
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
        Door door = new Door(options(List.of(), List.of("gpu-box"), List.of()));

        assertThatCode(() -> door.check(called(host))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1"})
    void aNameThatLeadsHereIsNotEnough(String host) {
        assertThatThrownBy(() -> new Door(options(List.of(), List.of(), List.of())).check(called(host)))
                .isInstanceOfSatisfying(
                        OpenAiException.class, e -> assertThat(e.status()).isEqualTo(403));
        assertThatCode(() -> new Door(options(List.of(), List.of("*"), List.of())).check(called(host)))
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
        Door door = new Door(options(List.of(), List.of(), List.of("https://app.example")));
        MockHttpServletRequest request = called("localhost:8080");
        request.addHeader("Origin", origin);

        if (comesIn) {
            assertThatCode(() -> door.check(request)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> door.check(request))
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
        Door door = new Door(options(List.of("one-key", "two-key"), List.of(), List.of()));

        assertThatCode(() -> door.check(with("Bearer two-key"))).doesNotThrowAnyException();
        assertThatCode(() -> door.check(with("bearer  one-key "))).doesNotThrowAnyException();
        for (String wrong : List.of("Bearer two-ke", "Bearer two-key2", "Bearer ", "Basic two-key", "two-key")) {
            assertThatThrownBy(() -> door.check(with(wrong)))
                    .as(wrong)
                    .isInstanceOfSatisfying(
                            OpenAiException.class, e -> assertThat(e.status()).isEqualTo(401));
        }
        assertThatThrownBy(() -> door.check(called("localhost"))).hasMessageContaining("Authorization: Bearer");
    }

    @Test
    void aKeyHasItsPlacesAndGivesEachBackOnce() {
        Door door = new Door(options(List.of("one-key", "two-key"), List.of(), List.of()));

        Door.Place first = door.enter(with("Bearer one-key"));
        assertThatThrownBy(() -> door.enter(with("Bearer one-key")))
                .isInstanceOfSatisfying(OpenAiException.class, e -> {
                    assertThat(e.status()).isEqualTo(429);
                    assertThat(e.mayTryAgain()).isTrue();
                });
        door.enter(with("Bearer two-key")).close();
        first.close();
        first.close();
        Door.Place second = door.enter(with("Bearer one-key"));
        assertThatThrownBy(() -> door.enter(with("Bearer one-key"))).isInstanceOf(OpenAiException.class);
        second.close();
    }
}
