package io.github.glimpse.model.llava;

import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.ModelFamilyContract;
import java.nio.file.Path;

/** LLaVA-OneVision keeps the contract of families. */
class LlavaOneVisionFamilyIT extends ModelFamilyContract {

    @Override
    protected ModelFamily family() {
        return new LlavaOneVisionFamily();
    }

    @Override
    protected Path folder() {
        return Path.of("src/test/resources/fixtures/llava_onevision-tiny/model");
    }
}
