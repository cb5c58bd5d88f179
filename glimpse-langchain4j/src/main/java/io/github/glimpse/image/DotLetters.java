package io.github.glimpse.image;

import java.awt.Graphics2D;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Small letters of three by five dots. A JDK without fonts, as in many containers, can draw them, and charts look the same
 * everywhere.
 */
public final class DotLetters {

    /** Width of a letter with its gap, in dots. */
    private static final int ADVANCE = 4;

    private static final int ROWS = 5;
    private static final int COLUMNS = 3;

    // Each letter followed by its five rows, the bits of a digit from left to right.
    private static final Map<Character, String> ROWS_OF = Stream.of(
                    "075557", "126227", "271747", "371717", "455711", "574717", "674757", "771122", "875757", "975717",
                    "a25755", "b65656", "c34443", "d65556", "e74647", "f74644", "g34553", "h55755", "i72227", "j11152",
                    "k55655", "l44447", "m57755", "n65555", "o25552", "p65644", "q25531", "r65655", "s34216", "t72222",
                    "u55557", "v55552", "w55775", "x55255", "y55222", "z71247", ".00002", "-00700", "_00007", "/11244",
                    "+02720", "%51245", ":02020", "=07070")
            .collect(Collectors.toMap(row -> row.charAt(0), row -> row.substring(1)));

    private DotLetters() {}

    /**
     * Width of a text.
     *
     * @param dot side of a dot, in pixels
     */
    public static int width(String text, int dot) {
        return text.length() * ADVANCE * dot;
    }

    /**
     * Draws a text in the current colour; what has no letter stays blank.
     *
     * @param dot side of a dot, in pixels
     */
    public static void draw(Graphics2D canvas, String text, int left, int top, int dot) {
        String lower = text.toLowerCase(Locale.ROOT);
        for (int i = 0; i < lower.length(); i++) {
            String rows = ROWS_OF.getOrDefault(lower.charAt(i), "00000");
            for (int row = 0; row < ROWS; row++) {
                int bits = rows.charAt(row) - '0';
                for (int column = 0; column < COLUMNS; column++) {
                    if ((bits >> (COLUMNS - 1 - column) & 1) == 1) {
                        canvas.fillRect(left + (i * ADVANCE + column) * dot, top + row * dot, dot, dot);
                    }
                }
            }
        }
    }
}
