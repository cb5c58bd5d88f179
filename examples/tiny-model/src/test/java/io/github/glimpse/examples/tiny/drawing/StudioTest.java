package io.github.glimpse.examples.tiny.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StudioTest {

    // Changes only with the drawing code; a machine or a JDK must not change it.
    @ParameterizedTest
    @CsvSource({
        "DOC, bbdc8aec4e397b9a",
        "SIGN, 83566704a8ead6e7",
        "CHART, f91309254d128992",
        "SCENE, 696d37e449d49235",
        "DENSE, fe55b93bb97a83d7"
    })
    void theSameRequestGivesTheSameBytesAndQuestionsOnEveryMachine(Family family, String expected) throws Exception {
        assertThat(hash(family)).isEqualTo(expected);
    }

    private static String hash(Family family) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (int seed = 0; seed < 6; seed++) {
            PageSize size = PageSize.ALL.get(2 * seed);
            Drawing drawing = Studio.draw(new DrawingRequest(Split.TEST, FacePool.SEEN, family, size, seed));
            digest.update(drawing.rgb());
            digest.update(drawing.questions().stream()
                    .map(StudioTest::told)
                    .toList()
                    .toString()
                    .getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    /** Without the places, whose order is of no account and differs from run to run. */
    private static String told(Question question) {
        return String.format(
                Locale.ROOT,
                "Question[kind=%s, text=%s, answer=%s, evidence=%s, pointers=%s]",
                question.kind(),
                question.text(),
                question.answer(),
                question.evidence(),
                question.pointers());
    }

    @Test
    void whatIsReadStandsInItsCells() {
        assertThat(reading()).isNotEmpty().allSatisfy(asked -> {
            StringBuilder spelled = new StringBuilder();
            for (Question.Pointer pointer : asked.question.pointers()) {
                spelled.append(pointer.character());
                assertThat(charactersOf(asked.drawing.labels(), pointer.cell()))
                        .contains(Vocabulary.characterClass(pointer.character()));
            }
            assertThat(spelled).hasToString(asked.question.answer());
        });
    }

    @Test
    void whatIsReadLiesInItsEvidence() {
        assertThat(reading()).allSatisfy(asked -> {
            BitSet evidence = asked.drawing.evidenceCells(asked.question);
            for (Question.Pointer pointer : asked.question.pointers()) {
                assertThat(evidence.get(pointer.cell())).isTrue();
            }
        });
    }

    @Test
    void valuesBelongToTheirKeyAndStartAtTheirFirstCharacter() {
        assertThat(Pictures.of(Family.DOC)).allSatisfy(drawing -> {
            for (Question question : drawing.questions()) {
                for (int i = 0; i < question.pointers().size(); i++) {
                    int cell = question.pointers().get(i).cell();
                    String owner = Vocabulary.all().get(drawing.labels().owners()[cell]);
                    assertThat(Vocabulary.question(question.text())).contains(Vocabulary.id(owner));
                    assertThat(drawing.labels().roles()[cell]).isEqualTo(CellRole.VALUE);
                    assertThat(drawing.labels().firstIndex()[cell]).isBetween(Math.max(0, i - 2), i);
                }
            }
        });
    }

    @Test
    void everyLabelledCellOfADocumentHasCharacters() {
        assertThat(Pictures.of(Family.DOC)).allSatisfy(drawing -> {
            CellLabels labels = drawing.labels();
            for (int cell = 0; cell < labels.cellCount(); cell++) {
                boolean written = labels.characters()[cell * CellLabels.SLOTS] != 0;
                assertThat(labels.roles()[cell] != CellRole.BACKGROUND).isEqualTo(written);
                assertThat(labels.firstIndex()[cell] >= 0).isEqualTo(written);
            }
        });
    }

    @Test
    void evidenceLiesOnThePage() {
        assertThat(Pictures.all()).allSatisfy(drawing -> assertThat(drawing.questions())
                .flatExtracting(Question::evidence)
                .allSatisfy(box -> {
                    assertThat(box.left()).isNotNegative();
                    assertThat(box.top()).isNotNegative();
                    assertThat(box.right()).isLessThanOrEqualTo(drawing.width());
                    assertThat(box.bottom()).isLessThanOrEqualTo(drawing.height());
                }));
    }

    @ParameterizedTest
    @EnumSource(value = Family.class, names = "DENSE", mode = EnumSource.Mode.EXCLUDE)
    void everyPictureHasQuestionsOfItsFamilyAndSomeInVain(Family family) {
        assertThat(Pictures.of(family)).allSatisfy(drawing -> {
            assertThat(drawing.questions())
                    .allSatisfy(
                            question -> assertThat(question.kind().fits(family)).isTrue());
            assertThat(drawing.questions()).anyMatch(question -> question.kind() == QuestionKind.UNANSWERABLE);
            assertThat(drawing.questions())
                    .filteredOn(question -> question.kind() != QuestionKind.UNANSWERABLE)
                    .hasSizeGreaterThanOrEqualTo(2)
                    .allSatisfy(question -> assertThat(question.answer()).isNotEqualTo(Vocabulary.REFUSAL));
        });
    }

    @Test
    void whatIsAskedInVainIsNotInThePicture() {
        assertThat(Pictures.all()).allSatisfy(drawing -> {
            List<String> answerable = drawing.questions().stream()
                    .filter(question -> question.kind() != QuestionKind.UNANSWERABLE)
                    .map(question -> Arrays.toString(Vocabulary.question(question.text())))
                    .toList();
            assertThat(drawing.questions())
                    .filteredOn(question -> question.kind() == QuestionKind.UNANSWERABLE)
                    .allSatisfy(question -> {
                        assertThat(question.answer()).isEqualTo(Vocabulary.REFUSAL);
                        assertThat(question.evidence()).isEmpty();
                        assertThat(answerable).doesNotContain(Arrays.toString(Vocabulary.question(question.text())));
                        shownWordsAreNotAskedFor(drawing, question);
                    });
        });
    }

    private static void shownWordsAreNotAskedFor(Drawing drawing, Question question) {
        if (drawing.request().family() == Family.DOC || drawing.request().family() == Family.SIGN) {
            for (int owner : drawing.labels().owners()) {
                // "a" and the like are words of their own; keys and colours are longer.
                if (owner != CellLabels.NONE) {
                    assertThat(Vocabulary.question(question.text())).doesNotContain(owner);
                }
            }
        }
    }

    @Test
    void trainingPicturesHaveSeenFacesAndTestPicturesThoseOfTheirPool() {
        assertThat(Pictures.all())
                .allSatisfy(drawing -> assertThat(Face.of(drawing.request().faces()))
                        .extracting(Face::name)
                        .contains(drawing.face()));
    }

    private record Asked(Drawing drawing, Question question) {}

    private static Stream<Asked> reading() {
        return Pictures.all().flatMap(drawing -> drawing.questions().stream()
                .filter(question -> question.kind().reads())
                .map(question -> new Asked(drawing, question)));
    }

    private static int[] charactersOf(CellLabels labels, int cell) {
        return Arrays.copyOfRange(labels.characters(), cell * CellLabels.SLOTS, (cell + 1) * CellLabels.SLOTS);
    }
}
