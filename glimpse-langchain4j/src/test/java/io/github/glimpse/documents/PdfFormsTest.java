package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields and annotations: words of a page that are drawn too. */
class PdfFormsTest {

    private static final String FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>";
    private static final String PLACE = "/Rect[50 100 350 120]/F 4";

    /** A page of 400 x 300 points with annotations, and a form. */
    private static byte[] file(String form, String annotations, String... objects) {
        RawPdf file = new RawPdf()
                        .raw("%PDF-1.7\n")
                        .object(
                                1,
                                "<</Type/Catalog/Pages 2 0 R" + (form.isEmpty() ? "" : "/AcroForm<<" + form + ">>")
                                        + ">>")
                        .object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
                        .object(
                                3,
                                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 300]/Contents 4 0 R/Resources<</Font<</F "
                                        + FONT + ">>>>/Annots[" + annotations + "]>>")
                        .stream(4, "", "0 0 20 20 re W n 2 0 0 2 9 9 cm BT /F 4 Tf 1 1 Td (x) Tj ET");
        for (int object = 0; object < objects.length; object++) {
            file.object(5 + object, objects[object]);
        }
        return file.file();
    }

    private static String appearance(String text) {
        String content = "BT /F 12 Tf 2 5 Td (" + text + ") Tj ET";
        return "<</Subtype/Form/BBox[0 0 300 20]/Resources<</Font<</F " + FONT + ">>>>/Length " + content.length()
                + ">>stream\n" + content + "\nendstream ";
    }

    private static String field(String value, String more) {
        return "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V" + value + PLACE + "/DA(/Helv 12 Tf 0 g)" + more + ">>";
    }

    private static void assertWords(byte[] file, String... expected) {
        try (PdfPages pages = PdfPages.open(file, "form.pdf", DocumentLimits.defaults(), PdfIsolation.THREAD)) {
            List<PageWord> words = pages.words(1);
            assertThat(words)
                    .extracting(PageWord::text)
                    .filteredOn(word -> !word.equals("x"))
                    .containsExactly(expected);
            int dark = darkPixels(pages.render(1, 72));
            assertThat(dark > 0).as("drawn").isEqualTo(expected.length > 0);
            words.stream()
                    .filter(word -> !word.text().equals("x"))
                    .forEach(word -> assertThat(word.box().y1()).isBetween(175.0, 200.0));
        }
    }

    /** Above the part of the page that its contents are clipped to. */
    private static int darkPixels(RenderedPage page) {
        int dark = 0;
        for (int pixel = 0; pixel < page.image().width() * 270; pixel++) {
            dark += (page.image().rgb()[3 * pixel] & 0xff) < 128 ? 1 : 0;
        }
        return dark;
    }

    @Test
    void theAppearanceOfAFieldIsWords() {
        byte[] file = file("/Fields[5 0 R]", "5 0 R", field("(Value)", "/AP<</N 6 0 R>>"), appearance("Drawn text"));

        assertWords(file, "Drawn", "text");
    }

    @Test
    void aFieldWithoutAppearanceIsDrawnWithItsValue() {
        assertWords(file("/Fields[5 0 R]", "5 0 R", field("(Order Z79)", "")), "Order", "Z79");
    }

    @Test
    void aFormThatNeedsAppearancesIsDrawnWithThePresentValues() {
        byte[] file = file(
                "/NeedAppearances true/Fields[5 0 R]", "5 0 R", field("(New)", "/AP<</N 6 0 R>>"), appearance("Old"));

        assertWords(file, "New");
    }

    @Test
    void theValueOfAFieldIsFoundFromItsWidget() {
        byte[] file = file(
                "/NeedAppearances true/DA(/Helv 12 Tf 0 g)/Fields[5 0 R]",
                "7 0 R",
                "<</T(group)/Kids[6 0 R]/FT/Tx>>",
                "<</T(name)/Parent 5 0 R/Kids[7 0 R]/V(Inner)>>",
                "<</Type/Annot/Subtype/Widget/Parent 6 0 R" + PLACE + ">>");

        assertWords(file, "Inner");
    }

    @Test
    void aChoiceIsDrawnWithItsValue() {
        byte[] file = file(
                "/NeedAppearances true/Fields[5 0 R]",
                "5 0 R",
                "<</Type/Annot/Subtype/Widget/FT/Ch/Ff 131072/T(name)/Opt[(Berlin)(Paris)]/V(Paris)/DA(/Helv 12 Tf 0 g)"
                        + PLACE + ">>");

        assertWords(file, "Paris");
    }

    /** Lodz in Polish, and a Greek word. */
    @ParameterizedTest
    @ValueSource(strings = {"\u0141\u00f3d\u017a", "\u03a9\u03bc\u03ad\u03b3\u03b1"})
    void aValueWithLettersThatTheFontLacksIsDrawnWithAnother(String value) {
        assertWords(file("/NeedAppearances true/Fields[5 0 R]", "5 0 R", field(utf16(value), "")), value);
    }

    @Test
    void aValueWithCharactersThatNoFontHasIsWords() {
        byte[] file = file("/NeedAppearances true/Fields[5 0 R]", "5 0 R", field(utf16("\u4e2d\u6587 \u5b57"), ""));

        try (PdfPages pages = PdfPages.open(file, "form.pdf", DocumentLimits.defaults(), PdfIsolation.THREAD)) {
            assertThat(pages.words(1)).extracting(PageWord::text).contains("\u4e2d\u6587", "\u5b57");
            assertThat(pages.words(1).get(1).box()).isEqualTo(new PageBox(50, 180, 350, 200));
            assertThat(pages.render(1, 72).image().width()).isEqualTo(400);
        }
    }

    private static String utf16(String text) {
        return "<feff" + HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_16BE)) + ">";
    }

    @Test
    void aPasswordIsNoWord() {
        assertWords(file("/NeedAppearances true/Fields[5 0 R]", "5 0 R", field("(Secret)", "/Ff 8192")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/AP<</N 5 0 R>>", ""})
    void aFreeTextAnnotationIsWords(String appearance) {
        byte[] file = file(
                "",
                "<</Type/Annot/Subtype/FreeText/Contents(Paid today)/DA(/Helv 12 Tf 0 g)" + PLACE + appearance + ">>",
                appearance("Paid today"));

        assertWords(file, "Paid", "today");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/F 2", "/F 32"})
    void hiddenAnnotationsAreNoWords(String flags) {
        byte[] file = file(
                "",
                "<</Type/Annot/Subtype/Stamp/Rect[50 100 350 120]" + flags + "/AP<</N 5 0 R>>>>",
                appearance("Hidden"));

        assertWords(file);
    }

    @Test
    void anAnnotationThatFailsDoesNotEndThePage() {
        byte[] file = file(
                "",
                "<</Type/Annot/Subtype/Stamp" + PLACE + "/AP<</N 5 0 R>>>><</Type/Annot/Subtype/Stamp" + PLACE
                        + "/AP<</N 6 0 R>>>>",
                "<</Subtype/Form/BBox[0 0 300 20]/Filter/Unknown/Length 1>>stream\nx\nendstream ",
                appearance("Good"));

        assertWords(file, "Good");
    }

    @ParameterizedTest
    @EnumSource(PdfIsolation.class)
    void aProcessGeneratesTheSame(PdfIsolation isolation) {
        byte[] file = file("/NeedAppearances true/Fields[5 0 R]", "5 0 R", field("(Order Z79)", ""));

        try (PdfPages pages = PdfPages.open(file, "form.pdf", DocumentLimits.defaults(), isolation)) {
            assertThat(darkPixels(pages.render(1, 72))).isPositive();
            assertThat(pages.words(1)).extracting(PageWord::text).contains("Order", "Z79");
        }
    }
}
