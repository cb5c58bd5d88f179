package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Family;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AskedQuestionTest {

    private static final int DRAWS = 200;
    private static final Drawing RECEIPT =
            Studio.draw(new DrawingRequest(Split.TRAIN, FacePool.SEEN, Family.DOC, new PageSize(14, 14), 5));
    private static final Question ANSWERABLE = RECEIPT.questions().stream()
            .filter(question -> !question.evidence().isEmpty())
            .findFirst()
            .orElseThrow();
    private static final Question IN_VAIN = RECEIPT.questions().stream()
            .filter(question -> question.evidence().isEmpty())
            .findFirst()
            .orElseThrow();

    @Test
    void aQuestionInVainIsMostlyLeftWithValuesOfOtherLines() {
        assertThat(asked(IN_VAIN, AskedQuestion.Cut.TRAINED))
                .filteredOn(question -> otherLinesKept(question, IN_VAIN) > 0)
                .hasSizeBetween(DRAWS / 2, DRAWS * 9 / 10)
                .anyMatch(question -> otherLinesKept(question, IN_VAIN) > 1);
    }

    @Test
    void aTrainedCutKeepsWhatIsReadAndMostOfTheEvidenceOrRefuses() {
        BitSet evidence = RECEIPT.evidenceCells(ANSWERABLE);
        BitSet read = new BitSet();
        ANSWERABLE.pointers().forEach(pointer -> read.set(pointer.cell()));
        List<AskedQuestion> asked = asked(ANSWERABLE, AskedQuestion.Cut.TRAINED);

        assertThat(asked).allSatisfy(question -> {
            BitSet kept = (BitSet) evidence.clone();
            kept.and(question.kept());
            boolean refuses = question.answer()[0] == Vocabulary.id(Vocabulary.REFUSAL);
            if (refuses) {
                assertThat(kept.isEmpty()).isTrue();
            } else {
                BitSet lost = (BitSet) read.clone();
                lost.andNot(kept);
                assertThat(lost.isEmpty()).isTrue();
            }
        });
        assertThat(asked).anySatisfy(question -> {
            BitSet lost = (BitSet) evidence.clone();
            lost.andNot(question.kept());
            assertThat(lost.cardinality()).isBetween(1, evidence.cardinality() - 1);
        });
        assertThat(asked)
                .filteredOn(question -> otherLinesKept(question, ANSWERABLE) > 0)
                .hasSizeBetween(DRAWS / 10, DRAWS / 2);
    }

    @ParameterizedTest
    @EnumSource(names = {"HIGHEST", "LOWEST"})
    void whoComparesBarsFindsTheLettersOfAllBehindACut(QuestionKind kind) {
        Drawing chart =
                Studio.draw(new DrawingRequest(Split.TRAIN, FacePool.SEEN, Family.CHART, new PageSize(14, 14), 5));
        Question compared = ofKind(chart, kind).findFirst().orElseThrow();
        BitSet bars = new BitSet();
        ofKind(chart, QuestionKind.BAR).map(chart::evidenceCells).forEach(bars::or);

        assertThat(chart.evidenceCells(compared).cardinality()).isLessThan(bars.cardinality());
        assertThat(IntStream.range(0, DRAWS)).allSatisfy(seed -> {
            BitSet missing = (BitSet) bars.clone();
            missing.andNot(AskedQuestion.of(chart, compared, AskedQuestion.Cut.TRAINED, false, new Random(seed))
                    .kept());
            assertThat(missing.isEmpty()).isTrue();
        });
    }

    private static Stream<Question> ofKind(Drawing drawing, QuestionKind kind) {
        return drawing.questions().stream().filter(question -> question.kind() == kind);
    }

    @Test
    void whatIsValidatedIsNotMisled() {
        assertThat(asked(ANSWERABLE, AskedQuestion.Cut.EVIDENCE))
                .extracting(AskedQuestion::kept)
                .containsOnly(RECEIPT.evidenceCells(ANSWERABLE));
    }

    private static long otherLinesKept(AskedQuestion asked, Question own) {
        return RECEIPT.questions().stream()
                .filter(other ->
                        !other.evidence().isEmpty() && !other.evidence().equals(own.evidence()))
                .map(RECEIPT::evidenceCells)
                .distinct()
                .filter(cells -> {
                    BitSet missing = (BitSet) cells.clone();
                    missing.andNot(asked.kept());
                    return missing.isEmpty();
                })
                .count();
    }

    private static List<AskedQuestion> asked(Question question, AskedQuestion.Cut cut) {
        return IntStream.range(0, DRAWS)
                .mapToObj(seed -> AskedQuestion.of(RECEIPT, question, cut, true, new Random(seed)))
                .toList();
    }
}
