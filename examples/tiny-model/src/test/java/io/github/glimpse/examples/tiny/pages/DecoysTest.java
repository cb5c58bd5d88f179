package io.github.glimpse.examples.tiny.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecoysTest {

    @Test
    void aPageThatShowsEveryWordIsAskedForInventedOnes() {
        for (int seed = 0; seed < 40; seed++) {
            List<Lettering> faces = FontRegistry.strokes().of(Split.VALIDATION);
            Sheet sheet = new Sheet(100, 100, 0xFFFFFF, Split.VALIDATION, Repertoire.SECOND, faces, new Dice(seed));
            List<String> there = Words.of(Split.VALIDATION, Words.Use.KEY);

            Decoys.add(sheet, Fact.Kind.VALUE, "key", Words.Use.KEY, there);

            assertThat(sheet.facts()).hasSize(1).allSatisfy(fact -> assertThat(there)
                    .doesNotContain(fact.places().get("key")));
        }
    }
}
