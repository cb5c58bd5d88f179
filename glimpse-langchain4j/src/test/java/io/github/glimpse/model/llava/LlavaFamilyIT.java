package io.github.glimpse.model.llava;

import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.ModelFamilyContract;
import java.nio.file.Path;

/** LLaVA-1.5 keeps the contract of families. */
class LlavaFamilyIT extends ModelFamilyContract {

    @Override
    protected ModelFamily family() {
        return new LlavaFamily();
    }

    @Override
    protected Path folder() {
        return Path.of("src/test/resources/fixtures/llava-1_5-tiny/model");
    }
}
