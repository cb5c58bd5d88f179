package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.tiny.pages.Repertoire;
import io.github.glimpse.train.Losses;

/** What the two editions of the model differ in. */
enum Edition {
    /** The one in the library, on drawings of its own world. */
    FIRST(TowerSize.embedded(), DecoderSize.first(), PageSymbols.TENSORS, "symbols", 2_048),
    /** The one that reads ordinary type and takes part in conversations. */
    SECOND(TowerSize.embedded(), DecoderSize.second(), CellSymbols.TENSORS, "converse", 4_096);

    @SuppressWarnings("ImmutableEnumChecker") // records of numbers and names
    private final TowerSize tower;

    @SuppressWarnings("ImmutableEnumChecker") // the same
    private final DecoderSize size;

    @SuppressWarnings("ImmutableEnumChecker") // the same
    private final SymbolTensors symbols;

    private final String text;
    private final int context;

    Edition(TowerSize tower, DecoderSize size, SymbolTensors symbols, String text, int context) {
        this.tower = tower;
        this.size = size;
        this.symbols = symbols;
        this.text = text;
        this.context = context;
    }

    TowerSize tower() {
        return tower;
    }

    DecoderSize size() {
        return size;
    }

    SymbolTensors symbols() {
        return symbols;
    }

    /** Longest conversation, in tokens. The first edition's is too short for the library to describe tools in: it has never seen any. */
    int context() {
        return context;
    }

    /** Pages and questions of a stage. */
    Lessons lessons(StageOptions options) {
        return this == FIRST
                ? new DrawingLessons(
                        options.seed(),
                        options.fonts() == null ? null : options.pageMaker(Repertoire.FIRST),
                        options.pages())
                : new PageLessons(options);
    }

    /** All sums of eye, decoder and symbols. */
    Graph graph(TorchRuntime runtime) {
        return Losses.addTo(Graph.named("tiny model"))
                .with(Edition.class, "vision")
                .with(Edition.class, "reading")
                .with(Edition.class, text)
                .with(Edition.class, "joint")
                .compile(runtime);
    }
}
