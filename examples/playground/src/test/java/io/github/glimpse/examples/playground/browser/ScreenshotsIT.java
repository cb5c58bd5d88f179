package io.github.glimpse.examples.playground.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ScreenshotType;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page as people see it, and what axe finds in it, in both colour schemes and at both ends of the widths. */
class ScreenshotsIT extends PageInChromium {

    private static final int HEIGHT = 1000;
    private static final int JPEG_QUALITY = 70;

    /** WCAG 2.2 AA, with the sizes of what is clicked, and what is good beside it. */
    private static final List<String> RULES =
            List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice");

    /** {@code docs/images/playground.jpg} of the repository is a copy of it. */
    @Test
    void isShownWithAnAnswerInTheReadme() {
        open(new Browser.NewContextOptions().setViewportSize(1200, 900));
        askSample("A receipt");
        assertThat(page.locator("#kept")).containsText("7 of 144 tokens");
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(screenshots().resolve("playground.jpg"))
                .setType(ScreenshotType.JPEG)
                .setQuality(JPEG_QUALITY));
    }

    @ParameterizedTest
    @CsvSource({"LIGHT, 1440", "DARK, 1440", "LIGHT, 390", "DARK, 390", "LIGHT, 768"})
    void fitsItsWidthAndBreaksNoRuleOfAccessibility(ColorScheme scheme, int width) {
        open(new Browser.NewContextOptions().setColorScheme(scheme).setViewportSize(width, HEIGHT));
        String name = scheme.name().toLowerCase(Locale.ROOT) + "-" + width;
        check(name + "-empty");

        askSample("A receipt");
        page.locator("#table summary").click();
        check(name + "-answer");

        page.locator("[name=view][value=both]").check();
        page.locator("#threshold").fill("0.1");
        page.locator("#wiper").fill("35");
        page.locator("#settings summary").click();
        check(name + "-preview");

        page.locator("#ab").check();
        ask("What is the date?");
        assertThat(page.locator(".comparison")).isVisible();
        assertThat(page.locator("#stop")).isHidden();
        check(name + "-compared");

        button("Edit question 1").click();
        check(name + "-edit");
        page.keyboard().press("Escape");

        button("Copy as …").first().click();
        assertThat(page.locator("#copy")).isVisible();
        check(name + "-copy");
        button("Close").click();

        page.locator("#file")
                .setInputFiles(
                        new com.microsoft.playwright.options.FilePayload("notes.txt", "text/plain", new byte[] {1}));
        check(name + "-error");
    }

    private void check(String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(screenshots().resolve(name + ".png"))
                .setFullPage(true));
        assertThat(new AxeBuilder(page).withTags(RULES).analyze().getViolations())
                .as(name)
                .extracting(rule -> rule.getId() + ": " + rule.getNodes().get(0).getHtml() + " "
                        + rule.getNodes().get(0).getFailureSummary())
                .isEmpty();
        assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as(name + " has nothing beside the screen")
                .isEqualTo(true);
        assertThat(
                        page.evaluate(
                                "[...document.querySelectorAll('section:not([hidden])')].filter(s => {"
                                        + " const end = s.getBoundingClientRect().right - parseFloat(getComputedStyle(s).paddingRight);"
                                        + " return [...s.children].some(c => c.getBoundingClientRect().right > end); }).map(s => s.id)"))
                .as(name + ": sections with something beside them")
                .isEqualTo(List.of());
    }
}
