package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.examples.tiny.drawing.Dice;
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
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AskedCitationTest {

    private static final PageSize SIZE = new PageSize(14, 14);

    private record Cited(Drawing drawing, Question question, AskedForm form) {

        JsonNode said() throws Exception {
            return new ObjectMapper()
                    .readTree(Arrays.stream(form.ids())
                            .mapToObj(Vocabulary.all()::get)
                            .collect(Collectors.joining())
                            .replace("<0x20>", " "));
        }
    }

    private static List<Cited> cited() {
        Dice dice = new Dice(4);
        return IntStream.range(0, 40)
                .mapToObj(seed -> Studio.draw(new DrawingRequest(Split.TRAIN, FacePool.SEEN, Family.DOC, SIZE, seed)))
                .flatMap(drawing -> drawing.questions().stream()
                        .flatMap(question -> AskedCitation.of(drawing, question, dice).stream()
                                .map(made -> new Cited(drawing, question, made.form()))))
                .toList();
    }

    @Test
    void whatIsReadIsCitedWithItsLine() throws Exception {
        int read = 0;
        for (Cited cited : cited()) {
            if (cited.question().kind() == QuestionKind.DOC) {
                JsonNode said = cited.said();
                assertThat(said.get("found").asBoolean()).isTrue();
                assertThat(said.get("answer").asText())
                        .isEqualTo(cited.question().answer());
                assertThat(said.get("page").asInt()).isOne();
                assertThat(said.get("quote").asText()).contains(cited.question().answer());
                assertThat(said.get("quote").asText().toLowerCase(Locale.ROOT))
                        .contains(cited.question().places().getOrDefault("key", "?"));
                read++;
            }
        }
        assertThat(read).isGreaterThan(40);
    }

    @Test
    void theBoxHoldsTheCellsOfTheAnswer() throws Exception {
        for (Cited cited : cited()) {
            JsonNode box = cited.said().path("box");
            for (Question.Pointer pointer : cited.question().pointers()) {
                double across = (pointer.cell() % SIZE.columns() + 0.5) * 1000 / SIZE.columns();
                double down = (Math.floorDiv(pointer.cell(), SIZE.columns()) + 0.5) * 1000 / SIZE.rows();
                assertThat(across).isBetween(box.get(0).asDouble(), box.get(2).asDouble());
                assertThat(down).isBetween(box.get(1).asDouble(), box.get(3).asDouble());
            }
        }
    }

    @Test
    void whatIsAskedInVainIsNotFound() throws Exception {
        List<Cited> inVain = cited().stream()
                .filter(cited -> cited.question().kind() == QuestionKind.UNANSWERABLE)
                .toList();

        assertThat(inVain).isNotEmpty();
        for (Cited cited : inVain) {
            assertThat(cited.said().get("found").asBoolean()).isFalse();
            assertThat(cited.said()).hasSize(1);
            assertThat(cited.form().evidence().isEmpty()).isTrue();
        }
    }

    @Test
    void eachCharacterIsReadWhereItStands() {
        for (Cited cited : cited()) {
            int[] pointers = cited.form().pointers();
            List<BitSet> regions = cited.form().regions();
            assertThat(pointers).hasSameSizeAs(cited.form().ids());
            for (int i = 0; i < pointers.length; i++) {
                if (pointers[i] != AskedQuestion.NOT_READ) {
                    assertThat(regions.get(i).get(pointers[i])).isTrue();
                }
            }
        }
    }
}
