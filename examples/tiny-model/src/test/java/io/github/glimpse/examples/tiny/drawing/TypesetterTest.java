package io.github.glimpse.examples.tiny.drawing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class TypesetterTest {

    static final List<Face> FACES = faces();

    private static final int PAPER = 0xFFFFFF;

    private static List<Face> faces() {
        List<Face> faces = new ArrayList<>(Face.SEEN);
        faces.addAll(Face.UNSEEN);
        return faces;
    }

    @ParameterizedTest
    @FieldSource("FACES")
    void theBoxIsTheInkExactly(Face face) {
        for (String text : List.of("Total:", "$12.80", "quantity", "jig,/%", "illfit")) {
            Canvas canvas = new Canvas(448, 80);
            canvas.paper(PAPER, 0, 0);
            Typesetter typesetter = new Typesetter(face, 18, new Dice(3));
            PlacedText placed = typesetter.write(canvas, text, 40, 40, 0x000000, 256);
            assertThat(ink(canvas)).isEqualTo(placed.box());
            assertThat(placed.box().left()).isEqualTo(40);
            assertThat(placed.box().right() - placed.box().left()).isEqualTo(typesetter.width(text));
        }
    }

    private static Box ink(Canvas canvas) {
        Box ink = null;
        for (int y = 0; y < canvas.height(); y++) {
            for (int x = 0; x < canvas.width(); x++) {
                if (canvas.pixel(x, y) != PAPER) {
                    Box pixel = new Box(x, y, x + 1, y + 1);
                    ink = ink == null ? pixel : ink.union(pixel);
                }
            }
        }
        return Objects.requireNonNull(ink, "nothing was written");
    }

    @ParameterizedTest
    @FieldSource("FACES")
    void noFourCharactersOfAWordFallIntoACell(Face face) {
        Typesetter typesetter = new Typesetter(face, 15.5, new Dice(5));
        for (String text : List.of("illit", ".,:.,:", "lilliput", "1:1.1", "tiffl")) {
            double[] centres = typesetter
                    .write(new Canvas(448, 80), text, 20, 40, 0x000000, 256)
                    .centreX();
            for (int i = 0; i + 3 < centres.length; i++) {
                assertThat(centres[i + 3] - centres[i]).isGreaterThanOrEqualTo(PageSize.CELL);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("FACES")
    void aCapitalIsAsHighAsAskedWhateverThePen(Face face) {
        Pen pen = new Pen(face, 20, 0, 0);
        // Square ends of a slanted stroke stick out by half a pixel or so.
        assertThat(pen.draw('H').height()).isBetween(20, 22);
        assertThat(pen.draw('H').top()).isBetween(-21, -19);
    }

    @ParameterizedTest
    @FieldSource("FACES")
    void everyCharacterLooksDifferent(Face face) {
        Pen pen = new Pen(face, 20, 0, 0);
        List<String> looks = Vocabulary.DRAWN
                .chars()
                .mapToObj(character -> pen.draw((char) character))
                .map(glyph -> glyph.top() + " " + glyph.width() + Arrays.toString(glyph.ink()))
                .toList();
        assertThat(looks).doesNotHaveDuplicates();
    }

    @Test
    void facesAreThirteenAndNoTwoWriteAlike() {
        Set<String> names = new HashSet<>();
        for (Face face : FACES) {
            names.add(face.name());
            for (Face other : FACES) {
                if (!face.equals(other)) {
                    assertThat(difference(face, other))
                            .as(face.name() + " and " + other.name())
                            .isGreaterThan(0.25);
                }
            }
        }
        assertThat(names).hasSize(13);
    }

    // Share of the ink of either that is not the ink of both; characters laid on their left upper corners.
    private static double difference(Face first, Face second) {
        double different = 0;
        double all = 0;
        for (char character : "RSTagenst258".toCharArray()) {
            Glyph one = new Pen(first, 20, 0, 0).draw(character);
            Glyph two = new Pen(second, 20, 0, 0).draw(character);
            for (int y = 0; y < Math.max(one.height(), two.height()); y++) {
                for (int x = 0; x < Math.max(one.width(), two.width()); x++) {
                    int inkOne = inkAt(one, x, y);
                    int inkTwo = inkAt(two, x, y);
                    different += Math.abs(inkOne - inkTwo);
                    all += Math.max(inkOne, inkTwo);
                }
            }
        }
        return different / all;
    }

    private static int inkAt(Glyph glyph, int x, int y) {
        return x < glyph.width() && y < glyph.height() ? glyph.ink()[y * glyph.width() + x] & 0xFF : 0;
    }

    @Test
    void aCharacterThatIsNotDrawnIsRefused() {
        Pen pen = new Pen(Face.SEEN.get(0), 20, 0, 0);
        assertThatIllegalArgumentException().isThrownBy(() -> pen.draw('#')).withMessageContaining("'#'");
    }
}
