package io.github.glimpse.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AnswerTokenTest {

    private static List<AnswerToken> tokens(String... texts) {
        return Stream.of(texts)
                .map(text -> AnswerToken.of(7, text.getBytes(StandardCharsets.UTF_8), -0.5))
                .toList();
    }

    @Test
    void tokensOfTheStopTextAreLeftOut() {
        assertThat(AnswerToken.before("END", tokens("an", "swer", "E", "ND"))).isEqualTo(tokens("an", "swer"));
        assertThat(AnswerToken.before("END and more", tokens("a END ", "b", "END", " and more")))
                .isEqualTo(tokens("a END ", "b"));
    }

    @Test
    void aTokenInWhichTheStopTextBeginsKeepsWhatIsBeforeIt() {
        assertThat(AnswerToken.before("END", tokens("an", "swérE", "ND"))).isEqualTo(tokens("an", "swér"));
    }

    @Test
    void allTokensStayWithoutAStopText() {
        List<AnswerToken> tokens = tokens("an", "swer", "");
        assertThat(AnswerToken.before("", tokens)).isSameAs(tokens);
        assertThat(AnswerToken.before("other", tokens)).isSameAs(tokens);
    }
}
