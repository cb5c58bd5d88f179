package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.tiny.pages.Repertoire;
import io.github.glimpse.train.Losses;

/** What the two editions of the model differ in. */
enum Edition {
    /** The one in the library, on drawings of its own world. */
    FIRST(DecoderSize.first(), PageSymbols.TENSORS, "symbols"),
    /** The one that reads ordinary type and takes part in conversations. */
    SECOND(DecoderSize.second(), CellSymbols.TENSORS, "converse");

    /** Longest conversation, in tokens. */
    static final int CONTEXT = 4_096;

    /** Of the eye of both. */
    static final TowerSize TOWER = TowerSize.embedded();

    @SuppressWarnings("ImmutableEnumChecker") // a record of numbers
    private final DecoderSize size;

    @SuppressWarnings("ImmutableEnumChecker") // a record of names
    private final SymbolTensors symbols;

    private final String text;

    Edition(DecoderSize size, SymbolTensors symbols, String text) {
        this.size = size;
        this.symbols = symbols;
        this.text = text;
    }

    DecoderSize size() {
        return size;
    }

    SymbolTensors symbols() {
        return symbols;
    }

    /** Pages and questions of a stage. */
    Lessons lessons(StageOptions options) {
        return this == FIRST
                ? new DrawingLessons(
                        options.seed(),
                        options.fonts() == null ? null : options.pageMaker(Repertoire.FIRST),
                        options.pages(),
                        options.drawings())
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
