package io.github.glimpse.model.qwen3vl;

import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.ModelFamilyContract;
import java.nio.file.Path;

/** Qwen3.5 keeps the contract of families. */
class Qwen35FamilyIT extends ModelFamilyContract {

    @Override
    protected ModelFamily family() {
        return new Qwen35Family();
    }

    @Override
    protected Path folder() {
        return Path.of("src/test/resources/fixtures/qwen3_5-tiny/model");
    }
}
