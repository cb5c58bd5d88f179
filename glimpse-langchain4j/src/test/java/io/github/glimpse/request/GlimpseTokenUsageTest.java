package io.github.glimpse.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.output.TokenUsage;
import org.junit.jupiter.api.Test;

class GlimpseTokenUsageTest {

    private static final GlimpseTokenUsage USAGE = new GlimpseTokenUsage(100, 10, 80, 60);

    @Test
    void totalIsInputPlusOutput() {
        assertThat(USAGE.totalTokenCount()).isEqualTo(110);
    }

    @Test
    void addsImageTokens() {
        assertThat(USAGE.add(new GlimpseTokenUsage(1, 2, 1, 0))).isEqualTo(new GlimpseTokenUsage(101, 12, 81, 60));
    }

    @Test
    void sumWithACommonUsageKeepsImageTokensFromEitherSide() {
        TokenUsage common = new TokenUsage(5, 6);

        assertThat(TokenUsage.sum(USAGE, common)).isEqualTo(new GlimpseTokenUsage(105, 16, 80, 60));
        assertThat(TokenUsage.sum(common, USAGE)).isEqualTo(new GlimpseTokenUsage(105, 16, 80, 60));
        assertThat(TokenUsage.sum(USAGE, null)).isEqualTo(USAGE);
    }

    @Test
    void unknownCountsOfTheOtherAddNothing() {
        assertThat(USAGE.add(new TokenUsage())).isEqualTo(USAGE);
        assertThat(USAGE.add(null)).isSameAs(USAGE);
    }

    @Test
    void equalityTakesImageTokens() {
        assertThat(USAGE)
                .isEqualTo(new GlimpseTokenUsage(100, 10, 80, 60))
                .hasSameHashCodeAs(new GlimpseTokenUsage(100, 10, 80, 60))
                .isNotEqualTo(new GlimpseTokenUsage(100, 10, 80, 61))
                .isNotEqualTo(new GlimpseTokenUsage(100, 10, 81, 60))
                .isNotEqualTo(new TokenUsage(100, 10));
        assertThat(USAGE.toString()).contains("imageTokenCount=80", "prunedImageTokenCount=60");
    }
}
