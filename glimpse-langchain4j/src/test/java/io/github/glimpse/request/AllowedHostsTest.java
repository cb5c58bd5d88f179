package io.github.glimpse.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHostsTest {

    @ParameterizedTest
    @CsvSource({
        "example.com, example.com, 443, true, true",
        "example.com, EXAMPLE.COM., 80, true, true",
        "Example.Com, example.com, 80, true, true",
        "example.com, example.com, 8080, false, false",
        "example.com, a.example.com, 443, false, false",
        "example.com, example.com.evil.test, 443, false, false",
        "example.com, badexample.com, 443, false, false",
        "*.example.com, a.example.com, 443, true, false",
        "*.example.com, a.b.example.com, 443, true, false",
        "*.example.com, example.com, 443, false, false",
        "*.example.com, badexample.com, 443, false, false",
        "*.example.com, a.example.com, 8080, false, false",
        "example.com:8080, example.com, 8080, true, true",
        "example.com:8080, example.com, 443, false, false",
        "127.0.0.1:9000, 127.0.0.1, 9000, true, true",
        "[::1], [0:0:0:0:0:0:0:1], 80, true, true",
        "[::1]:9000, [::1], 9000, true, true",
        "[::1], 127.0.0.1, 80, false, false"
    })
    void letsInWhatAnEntryNames(String entry, String host, int port, boolean covered, boolean exactly)
            throws FetchException {
        AllowedHosts allowed = AllowedHosts.parse(List.of(entry));

        assertThat(allowed.covers(HostName.of(host), port)).isEqualTo(covered);
        assertThat(allowed.namesExactly(HostName.of(host), port)).isEqualTo(exactly);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "*",
                "*.",
                "a.*.b",
                "*a.b",
                "http://example.com",
                "example.com/",
                "example.com:",
                "example.com:0",
                "example.com:65536",
                "example.com:http",
                "*.example.com:8080",
                "*.127.0.0.1",
                "::1",
                "0x7f.1",
                "user@example.com",
                "10.0.0.0/8"
            })
    void refusesOtherEntries(String entry) {
        assertThatThrownBy(() -> ImageUrlOptions.allowList(entry))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'" + entry + "'", "host:port");
    }

    @Test
    void refusesAnEmptyAllowListAndSenselessNumbers() {
        Duration second = Duration.ofSeconds(1);
        ImageUrlOptions.Access none = ImageUrlOptions.Access.NONE;

        assertThatThrownBy(ImageUrlOptions::allowList).hasMessageContaining("empty");
        assertThatThrownBy(() -> new ImageUrlOptions(none, List.of(), Duration.ZERO, second, 1))
                .hasMessageContaining("connect-timeout");
        assertThatThrownBy(() -> new ImageUrlOptions(none, List.of(), second, Duration.ofDays(1), 1))
                .hasMessageContaining("read-timeout");
        assertThatThrownBy(() -> new ImageUrlOptions(none, List.of(), second, second, 0))
                .hasMessageContaining("maxBytes");
    }
}
