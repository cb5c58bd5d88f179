package io.github.glimpse.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostNameTest {

    @ParameterizedTest
    @CsvSource({
        "example.com, example.com",
        "EXAMPLE.com., example.com",
        "a-b.c_d.example, a-b.c_d.example",
        "xn--bcher-kva.example, xn--bcher-kva.example",
        "1.example, 1.example",
        "127.0.0.1, 127.0.0.1",
        "127.0.0.1., 127.0.0.1",
        "[::1], [0:0:0:0:0:0:0:1]",
        "[0:0::0:1], [0:0:0:0:0:0:0:1]",
        "[::FFFF:127.0.0.1], 127.0.0.1"
    })
    void writesHostsThatMeanTheSameInOneWay(String host, String expected) throws FetchException {
        assertThat(HostName.of(host).text()).isEqualTo(expected);
    }

    @Test
    void tellsAddressesFromNames() throws FetchException {
        assertThat(HostName.of("example.com").literal()).isNull();
        assertThat(HostName.of("127.0.0.1").literal()).isNotNull();
        assertThat(HostName.of("[::1]").literal()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2130706433",
                "0x7f000001",
                "0x7f.1",
                "0X7F.0.0.1",
                "017700000001",
                "0177.0.0.1",
                "127.1",
                "127.0.1",
                "127.0.0.01",
                "1.2.3.4.5",
                "1.2.3.4294967296",
                "evil.example.0x7f",
                "evil.127",
                "0x"
            })
    void refusesUnusualSpellingsOfAddresses(String host) {
        assertThatThrownBy(() -> HostName.of(host))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("unusual spelling");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a..b",
                "-a.b",
                "a b",
                "a/b",
                "a@b",
                "a%2eb",
                "bücher.example",
                "\uff11\uff12\uff17.0.0.1",
                "256.0.0.1",
                "::1",
                "[::1",
                "[fe80::1%eth0]",
                "[fe80::1%251]",
                "[1:2]",
                "[:::]",
                "[127.0.0.1]",
                "a\r\nb"
            })
    void refusesWhatIsNoHost(String host) {
        assertThatThrownBy(() -> HostName.of(host)).isInstanceOf(FetchException.class);
    }

    @Test
    void refusesEndlessNames() {
        assertThatThrownBy(() -> HostName.of("a".repeat(100_000)))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("253");
        assertThatThrownBy(() -> HostName.of("a-".repeat(126) + "!")).isInstanceOf(FetchException.class);
    }
}
