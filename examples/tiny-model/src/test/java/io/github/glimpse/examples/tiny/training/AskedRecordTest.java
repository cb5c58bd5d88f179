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
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AskedRecordTest {

    private static final int DRAWINGS = 40;

    private record Filled(Drawing drawing, AskedRecord record) {

        AskedForm form() {
            return record.form(drawing);
        }
    }

    @Test
    void recordSaysTheValuesOfItsFieldsAndNullForWhatIsNotThere() throws Exception {
        List<Filled> all = filled();

        for (Filled filled : all) {
            JsonNode said = new ObjectMapper().readTree(text(filled.form().ids()));
            assertThat(said.size()).isEqualTo(filled.record().fields().size()).isBetween(1, 4);
            for (AskedRecord.Field field : filled.record().fields()) {
                Question value = field.value();
                assertThat(said.get(field.name()).asText(null)).isEqualTo(value == null ? null : value.answer());
                assertThat(filled.drawing().shows(field.name())).isEqualTo(value != null);
            }
        }
        assertThat(all.stream().flatMap(filled -> filled.record().fields().stream()))
                .anyMatch(field -> field.value() == null);
    }

    @Test
    void eachCharacterIsReadWhereItStandsAndEachFieldLooksAtItsOwnLine() {
        for (Filled filled : filled()) {
            int[] ids = filled.form().ids();
            int[] pointers = filled.form().pointers();
            List<BitSet> regions = filled.form().regions();
            assertThat(pointers).hasSameSizeAs(ids);
            assertThat(regions).hasSameSizeAs(ids);
            assertThat(regions.get(0)).isEqualTo(filled.form().evidence());
            for (int i = 0; i < ids.length; i++) {
                if (pointers[i] != AskedQuestion.NOT_READ) {
                    assertThat(regions.get(i).get(pointers[i])).isTrue();
                }
            }
            String read = IntStream.range(0, ids.length)
                    .filter(i -> pointers[i] != AskedQuestion.NOT_READ)
                    .mapToObj(i -> Vocabulary.all().get(ids[i]))
                    .collect(Collectors.joining());
            String values = filled.record().fields().stream()
                    .map(AskedRecord.Field::value)
                    .filter(Objects::nonNull)
                    .map(Question::answer)
                    .collect(Collectors.joining());
            assertThat(read).isEqualTo(values);
        }
    }

    @Test
    void rowsOfARecordEndWithItsTokensAndLookNowhereBehindThem() {
        Filled filled = filled().get(0);

        AskedQuestion asked = AskedQuestion.ofForm(
                filled.form(), "Read the form.", filled.drawing(), AskedQuestion.Cut.EVIDENCE, new Random(1));

        assertThat(Arrays.copyOfRange(asked.ids(), asked.promptLength(), asked.ids().length))
                .isEqualTo(filled.form().ids());
        assertThat(asked.kept()).isEqualTo(filled.form().evidence());
        assertThat(asked.evidenceOf(asked.answer().length - 1).isEmpty()).isTrue();
        assertThat(asked.cellsOf(0).isEmpty()).isTrue();
    }

    private static String text(int[] ids) {
        return Arrays.stream(ids).mapToObj(Vocabulary.all()::get).collect(Collectors.joining());
    }

    private static List<Filled> filled() {
        Dice dice = new Dice(3);
        return IntStream.range(0, DRAWINGS)
                .mapToObj(seed -> Studio.draw(
                        new DrawingRequest(Split.TRAIN, FacePool.SEEN, Family.DOC, new PageSize(14, 14), seed)))
                .flatMap(drawing -> {
                    Optional<AskedRecord> record = AskedRecord.of(drawing, dice);
                    return record.stream().map(made -> new Filled(drawing, made));
                })
                .toList();
    }
}
