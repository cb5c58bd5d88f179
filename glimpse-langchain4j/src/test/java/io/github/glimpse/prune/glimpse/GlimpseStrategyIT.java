package io.github.glimpse.prune.glimpse;

import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.model.qwen25vl.Qwen25VlFamily;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStrategyContract;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyOptions;
import java.nio.file.Path;

/** GlimpsePrune with the tiny module keeps the contract of strategies. */
class GlimpseStrategyIT extends PruningStrategyContract {

    private static final Path FAMILY = Path.of("src/test/resources/fixtures/qwen2_5_vl-tiny");

    @Override
    protected PruningStrategyFactory factory() {
        return new GlimpseStrategyFactory();
    }

    @Override
    protected StrategyContext context(TorchRuntime torch) {
        ModelFiles files = ModelFiles.ofDirectory(FAMILY.resolve("model"));
        try (VisionLanguageModel model = new Qwen25VlFamily().load(files, LoadOptions.defaults(), torch)) {
            return new StrategyContext(
                    torch,
                    model.dimensions(),
                    files.config(),
                    FAMILY.resolve("glimpse"),
                    model.tower().abilities(),
                    StrategyOptions.none(PruningOptions.GLIMPSE));
        }
    }
}
