package io.github.glimpse.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubLocationTest {

    @ParameterizedTest
    @CsvSource({
        "hf:Qwen/Qwen2.5-VL-3B-Instruct, Qwen, Qwen2.5-VL-3B-Instruct, main",
        "hf:llava-hf/llava-1.5-7b-hf@v1.0, llava-hf, llava-1.5-7b-hf, v1.0",
        "hf:a/b@refs/pr/12, a, b, refs/pr/12",
        "hf:_a/b_@1234567, _a, b_, 1234567",
        "hf:a/b@feature/x_y+z, a, b, feature/x_y+z"
    })
    void takesLocationsApart(String location, String owner, String name, String revision) {
        assertThat(HubLocation.parse(location)).isEqualTo(new HubLocation(owner, name, revision));
    }

    @Test
    void knowsCommits() {
        assertThat(HubLocation.parse("hf:a/b@" + "0123456789abcdef".repeat(2) + "01234567")
                        .isPinned())
                .isTrue();
        assertThat(HubLocation.parse("hf:a/b@0123456").isPinned()).isFalse();
        assertThat(HubLocation.parse("hf:a/b").isPinned()).isFalse();
        assertThat(HubLocation.isCommit("0123456789ABCDEF".repeat(2) + "01234567"))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hf:",
                "hf:name",
                "hf://owner/name",
                "hf:/name",
                "hf:owner/",
                "hf:a/b/c",
                "hf:a/..",
                "hf:../b",
                "hf:a/.b",
                "hf:a/b.",
                "hf:a/-b",
                "hf:a/b--c",
                "hf:a/b..c",
                "hf:a/b.git",
                "hf:a/b c",
                "hf:a\\b",
                "hf:a/b?x",
                "hf:a/b%2e",
                "hf:a/b\n",
                "hf:a/ü",
                "hf:a/b@",
                "hf:a/b@../x",
                "hf:a/b@x/../y",
                "hf:a/b@/x",
                "hf:a/b@x/",
                "hf:a/b@x//y",
                "hf:a/b@x/.y",
                "hf:a/b@x.lock",
                "hf:a/b@x y",
                "hf:a/b@x\\y",
                "hf:a/b@C:",
                "hf:a/b@x@y",
                "hf:a/b@-x"
            })
    void refusesWhatCouldLeadElsewhere(String location) {
        assertThatThrownBy(() -> HubLocation.parse(location))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("'" + location + "'")
                .hasMessageContaining("hf:owner/name@revision");
    }

    @Test
    void refusesEndlessNames() {
        assertThatThrownBy(() -> HubLocation.parse("hf:a/" + "b".repeat(97))).isInstanceOf(ModelFilesException.class);
        assertThatThrownBy(() -> HubLocation.parse("hf:a/b@" + "c".repeat(201)))
                .isInstanceOf(ModelFilesException.class);
    }
}
