package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.InvalidDocumentException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which letters of a page are words. */
class PdfWordsTest {

    private static final String SHEET = "/MediaBox[0 0 400 300]/CropBox[100 50 300 250]";
    private static final String HELVETICA = "/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>";
    private static final String IMAGE = "/XObject<</I 5 0 R/X 6 0 R>>";

    private static List<PageWord> read(byte[] file) {
        try (PdfPages pages = PdfPages.open(file, "words.pdf", DocumentLimits.defaults(), PdfIsolation.THREAD)) {
            return pages.words(1);
        }
    }

    private static List<String> words(String entries, String content) {
        byte[] file = RawPdf.page(entries + "/Resources<<" + HELVETICA + IMAGE + ">>", content).stream(
                        5, "/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", "x")
                .stream(
                        6,
                        "/Subtype/Form/BBox[150 100 200 200]/Resources<<" + HELVETICA + ">>",
                        text(160, 150, "In") + text(210, 150, "Out"))
                .file();
        return read(file).stream().map(PageWord::text).toList();
    }

    private static String text(int x, int y, String text) {
        return "BT /F 10 Tf " + x + " " + y + " Td (" + text + ") Tj ET\n";
    }

    private static String invisible(int x, int y, String text) {
        return "BT 3 Tr /F 10 Tf " + x + " " + y + " Td (" + text + ") Tj ET\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/Rotate 90", "/Rotate 180", "/Rotate 270"})
    void lettersOutsideOfTheCropBoxAreNoWords(String rotation) {
        assertThat(words(SHEET + rotation, text(20, 150, "Left") + text(150, 150, "Page") + text(150, 20, "Below")))
                .containsExactly("Page");
    }

    @Test
    void aWordAcrossTheEdgeOfThePageEndsThere() {
        byte[] file = RawPdf.page(SHEET + "/Resources<<" + HELVETICA + ">>", text(280, 150, "EDGEEDGE"))
                .file();

        assertThat(read(file)).singleElement().satisfies(word -> {
            assertThat(word.text()).startsWith("EDG").hasSizeLessThan(8);
            assertThat(word.box().x2()).isLessThanOrEqualTo(200);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "120 100 60 100 re W n, A",
        "120 100 m 180 100 l 180 200 l 120 200 l h W* n, A",
        "120 100 m 120 200 180 200 180 100 c h W n, A",
        "1 0 0 1 60 0 cm 60 100 60 100 re W n 1 0 0 1 -60 0 cm, A",
        "120 100 60 100 re W n 200 100 60 100 re W n, ''",
        "q 120 100 60 100 re W n Q, 'A B'",
        "120 100 60 100 re n, 'A B'"
    })
    void lettersOutsideOfTheClippingPathAreNoWords(String clip, String expected) {
        assertThat(String.join(" ", words(SHEET, clip + "\n" + text(150, 150, "A") + text(220, 150, "B"))))
                .isEqualTo(expected);
    }

    @Test
    void aFormIsClippedByItsBoxAndTheClipOfAFormEndsWithIt() {
        assertThat(words(SHEET, "/X Do " + text(220, 180, "After"))).containsExactly("After", "In");
        assertThat(words(SHEET, "q 100 50 10 10 re W n /X Do Q " + text(220, 180, "After")))
                .containsExactly("After");
    }

    @Test
    void invisibleTextIsNoWord() {
        assertThat(words(SHEET, text(150, 200, "Shown") + invisible(150, 150, "Hidden")))
                .containsExactly("Shown");
    }

    /** The text layer of a scan: before its image or after it. */
    @Test
    void invisibleTextAtThePlaceOfAnImageIsATextLayer() {
        String image = "q 200 0 0 100 100 50 cm /I Do Q\n";

        assertThat(words(SHEET, image + invisible(150, 100, "Layer") + invisible(150, 200, "Hidden")))
                .containsExactly("Layer");
        assertThat(words(SHEET, invisible(150, 100, "Layer") + image)).containsExactly("Layer");
        assertThat(words(
                        SHEET,
                        "q 200 0 0 200 100 50 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q " + invisible(150, 100, "Layer")))
                .containsExactly("Layer");
    }

    /** A page whose three letters mean texts by its ToUnicode map. */
    private static List<String> mapped(String a, String b, String c) {
        String map = "begincmap 1 begincodespacerange <00> <ff> endcodespacerange 3 beginbfchar <41> <" + utf16(a)
                + "> <42> <" + utf16(b) + "> <43> <" + utf16(c) + "> endbfchar endcmap";
        String font = "/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 5 0 R>>>>";
        return read(RawPdf.page(SHEET + "/Resources<<" + font + ">>", text(150, 150, "ABC")).stream(5, "", map)
                        .file())
                .stream()
                .map(PageWord::text)
                .toList();
    }

    private static String utf16(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_16BE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0085", "\u00ad", "\u034f", "\u061c", "\u115f", "\u180e", "\u200b", "\u200c", "\u200d", "\u200e",
                "\u202a", "\u202e", "\u2060", "\u2066", "\u2069", "\u2800", "\u3164", "\ufeff", "\ufff9", "\uffff",
                "\udb40\udc41", "\udb40\udd00\udb40\udd01"
            })
    void invisibleCharactersAndBidirectionalControlsAreNoPartOfAWord(String character) {
        assertThat(mapped("t" + character, character + "e", character)).containsExactly("te");
    }

    @Test
    void separatorsOfLinesEndAWord() {
        assertThat(mapped("a\u2028b", "\u2029c", "d")).containsExactly("a", "b", "cd");
    }

    @Test
    void joinersAndVariationSelectorsStayWhereScriptsNeedThem() {
        assertThat(mapped("\u0645\u06cc", "\u200c\u062e", "\u0648"))
                .hasSize(1)
                .first()
                .asString()
                .contains("\u200c");
        assertThat(mapped("\u0915\u094d", "\u200d", "\u0937")).containsExactly("\u0915\u094d\u200d\u0937");
        assertThat(mapped("\ud83d\udc69", "\u200d\ud83d\udcbb", "\u2764\ufe0f"))
                .containsExactly("\ud83d\udc69\u200d\ud83d\udcbb\u2764\ufe0f");
    }

    @Test
    void theCharactersOfAPageAreCountedAndNotItsGlyphs() {
        String long1 = "x".repeat(250);
        String map = "begincmap 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfchar <41> <" + utf16(long1)
                + "> endbfchar endcmap";
        byte[] file = RawPdf.page(
                        SHEET + "/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica"
                                + "/ToUnicode 5 0 R>>>>>>",
                        "BT /F 1 Tf 150 150 Td " + "(AAAAAAAAAA) Tj ".repeat(100) + "ET")
                .stream(5, "", map)
                .file();

        assertThatThrownBy(() -> read(file))
                .isInstanceOf(InvalidDocumentException.class)
                .hasMessageContaining("more than the limit of 200000 characters");
    }
}
