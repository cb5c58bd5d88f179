package io.github.glimpse.prune;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What a floor per slice adds, compared with the values of {@code src/test/python/slice_floor.py}. */
class SliceFloorTest {

    @Test
    void addsTheBestDroppedTokensOfSlicesThatLackSome() throws IOException {
        try (InputStream file = SliceFloorTest.class.getResourceAsStream("slice-floor.json")) {
            JsonNode cases = new ObjectMapper().readTree(Objects.requireNonNull(file));
            assertThat(cases).hasSize(60);
            for (JsonNode each : cases) {
                int[] scaled = ints(each.get("scores"), 1024);
                float[] scores = new float[scaled.length];
                for (int i = 0; i < scores.length; i++) {
                    scores[i] = scaled[i] / 1024f;
                }
                TokenSelection chosen = TokenSelection.scored(ints(each.get("kept"), 1), scores, ScoreKind.VALUE);

                TokenSelection found = SliceFloor.apply(
                        chosen,
                        units(each.get("units")),
                        ints(each.get("alive"), 1),
                        each.get("floor").intValue());

                assertThat(found.kept()).as(each.toString()).isEqualTo(ints(each.get("expected"), 1));
                boolean grew = found.kept().length > chosen.kept().length;
                assertThat(found.reason()).isEqualTo(grew ? RatioReason.FLOOR : chosen.reason());
            }
        }
    }

    private static List<TokenUnit> units(JsonNode json) {
        List<TokenUnit> units = new ArrayList<>();
        for (JsonNode unit : json) {
            ImageGrid grid = new ImageGrid(unit.get(1).intValue(), unit.get(2).intValue(), 1, 1);
            PatchPlan plan = new PatchPlan(grid, grid.columns(), grid.rows(), 0, 0, 1, 1);
            units.add(
                    unit.get(0).textValue().equals("video")
                            ? TokenUnit.slice(0, 0, plan)
                            : TokenUnit.of(TokenUnit.Kind.IMAGE, plan));
        }
        return units;
    }

    private static int[] ints(JsonNode json, int scale) {
        return StreamSupport.stream(json.spliterator(), false)
                .mapToInt(number -> (int) (number.doubleValue() * scale))
                .toArray();
    }
}
