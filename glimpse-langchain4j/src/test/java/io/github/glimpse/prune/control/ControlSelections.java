package io.github.glimpse.prune.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.prune.SelectionCase;
import io.github.glimpse.prune.SelectionCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Golden cases of the strategies that look at places only. */
public final class ControlSelections {

    private ControlSelections() {}

    /** By method. */
    public static Map<String, SelectionCheck> checks() {
        return Map.of("control", ControlSelections::check);
    }

    private static void check(SelectionCase given) {
        given.knowsOutputs("kept", "lattice", "lattice_indices", "representatives", "merged");
        String strategy = given.json().path("params").path("strategy").asText();
        switch (strategy) {
            case "random" -> random(given);
            case "grid" -> grid(given);
            case "centre" ->
                given.check("kept", CentreFirst.choose(given.grid(), given.tokens(), given.count("count")));
            case "pool" -> pool(given);
            default -> throw new AssertionError("A control '" + strategy + "' is not known");
        }
    }

    private static void random(SelectionCase given) {
        long seed = given.wholeNumber("seed");
        for (int i = 0; i < given.json().path("first_keys_hex").size(); i++) {
            assertThat(Long.toHexString(RandomKeys.key(seed, i)))
                    .isEqualTo(
                            given.json().path("first_keys_hex").path(i).asText().replaceFirst("^0+", ""));
        }
        given.check("kept", RandomKeys.smallest(given.tokens(), given.count("count"), seed));
    }

    private static void grid(SelectionCase given) {
        Lattice lattice = Lattice.of(given.grid(), given.count("count"));
        given.check("lattice", new int[] {lattice.rows(), lattice.columns()});
        given.check("lattice_indices", lattice.tokens());
        given.check("kept", EvenSpread.choose(given.grid(), given.tokens(), given.count("count")));
    }

    private static void pool(SelectionCase given) {
        Lattice lattice = Lattice.of(given.grid(), given.count("count"));
        given.check("lattice", new int[] {lattice.rows(), lattice.columns()});
        given.check("representatives", lattice.tokens());
        float[] features = given.floats("features");
        int width = given.axis("features", 1);
        List<float[]> rows = new ArrayList<>();
        for (int row = 0; row < lattice.rows(); row++) {
            for (int column = 0; column < lattice.columns(); column++) {
                int[] bin = lattice.bin(row, column);
                rows.add(SelectionCase.mixed(features, width, bin[0], 0, bin, 1.0 / bin.length));
            }
        }
        given.checkTensor("merged", SelectionCase.joined(rows));
    }
}
