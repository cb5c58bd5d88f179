package io.github.glimpse.eval;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MarkupTest {

    @Test
    void leavesNothingThatABrowserWouldRun() {
        assertThat(Markup.escape("</dd><script>alert('1' & \"2\")</script>\u0000"))
                .isEqualTo("&lt;/dd&gt;&lt;script&gt;alert(&#39;1&#39; &amp; &quot;2&quot;)&lt;/script&gt;\uFFFD");
    }

    @Test
    void cutsALongTextBetweenCharacters() {
        String text = "x".repeat(1_999) + "\ud83d\ude00".repeat(2);
        assertThat(Markup.escape(text)).isEqualTo("x".repeat(1_999) + "\u2026");
    }
}
