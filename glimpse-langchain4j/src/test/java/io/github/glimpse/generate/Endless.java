package io.github.glimpse.generate;

import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.model.AnsweringModel;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.VisionLanguageModel;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;

/** A family whose answers never end by themselves: the references go on behind the end token. */
record Endless(ModelFamily family) implements ModelFamily {

    /** All families of this release. */
    static List<ModelFamily> families() {
        return ServiceLoader.load(ModelFamily.class).stream()
                .map(provider -> (ModelFamily) new Endless(provider.get()))
                .toList();
    }

    @Override
    public String name() {
        return family.name();
    }

    @Override
    public boolean accepts(ModelConfig config) {
        return family.accepts(config);
    }

    @Override
    public AnsweringModel load(ModelFiles files, LoadOptions options, TorchRuntime runtime) {
        if (!(family.load(files, options, runtime) instanceof VisionLanguageModel model)) {
            throw new IllegalStateException(name() + " is no family with a language decoder");
        }
        return new VisionLanguageModel(
                model.family(),
                model.media(),
                model.tower(),
                model.decoder(),
                model.tokenizer(),
                model.template(),
                model.templateVariables(),
                model.positions(),
                Set.of(),
                model.contextLength(),
                model.weights(),
                model.owned());
    }
}
