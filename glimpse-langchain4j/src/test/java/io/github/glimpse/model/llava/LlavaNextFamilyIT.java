package io.github.glimpse.model.llava;

import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.ModelFamilyContract;
import java.nio.file.Path;

/** LLaVA-NeXT keeps the contract of families. */
class LlavaNextFamilyIT extends ModelFamilyContract {

    @Override
    protected ModelFamily family() {
        return new LlavaNextFamily();
    }

    @Override
    protected Path folder() {
        return Path.of("src/test/resources/fixtures/llava_next-tiny/model");
    }
}
