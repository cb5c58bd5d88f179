package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** License and notices in the folder that Maven packs as the starter's jar. */
class JarNoticesTest {

    @ParameterizedTest
    @ValueSource(strings = {"LICENSE", "NOTICE", "THIRD-PARTY-NOTICES"})
    void theJarHasTheFileOfTheRepository(String file) {
        assertThat(Path.of("target/classes/META-INF").resolve(file))
                .hasSameBinaryContentAs(
                        Path.of(System.getProperty("glimpse.basedir", "..")).resolve(file));
    }
}
