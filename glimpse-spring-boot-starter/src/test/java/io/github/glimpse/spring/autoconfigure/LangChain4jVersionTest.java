package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;

class LangChain4jVersionTest {

    private static final LangChain4jVersion OLD =
            new LangChain4jVersion(Map.of("langchain4j-core", "1.8.0", "langchain4j", "1.8.0"));

    @Test
    void asksForWhatTheBuildCompilesWith() throws IOException {
        String pom = Files.readString(
                Path.of(System.getProperty("glimpse.basedir", "..")).resolve("pom.xml"));

        assertThat(pom)
                .contains("<langchain4j.version>" + LangChain4jVersion.NEEDED + "</langchain4j.version>")
                .contains("<langchain4j-spring.version>" + LangChain4jVersion.NEEDED_STARTER
                        + "</langchain4j-spring.version>");
        assertThat(LangChain4jVersion.ofClassPath().found())
                .containsEntry("langchain4j-core", LangChain4jVersion.NEEDED)
                .containsEntry("langchain4j", LangChain4jVersion.NEEDED);
        assertThat(LangChain4jVersion.ofClassPath().isTooOld()).isFalse();
        assertThat(LangChain4jVersion.ofClassPath().isMixed()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "1.19.0, 1.19.0, ''",
        "1.20.1, 1.20.1, ''",
        "1.19.6, 1.19.0, INFO",
        "1.20.0, 1.19.0, INFO",
        "1.23.0, 1.19.0, INFO",
        "1.19.0, 1.20.0, INFO",
        "1.9.1, 1.9.1, WARN",
        "1.0.0-beta3, 1.0.0-beta3, WARN",
        "1.19.0, 1.8.0, WARN"
    })
    void warnsOnlyIfAJarIsTooOld(String core, String services, String level) {
        Logger logger = (Logger) LoggerFactory.getLogger("langchain4j-version");
        ListAppender<ILoggingEvent> events = new ListAppender<>();
        events.start();
        logger.addAppender(events);
        try {
            new LangChain4jVersion(Map.of("langchain4j-core", core, "langchain4j", services)).report(logger);
        } finally {
            logger.detachAppender(events);
        }

        assertThat(events.list)
                .extracting(event -> event.getLevel().toString())
                .isEqualTo(level.isEmpty() ? List.of() : List.of(level));
        if (level.equals("INFO")) {
            assertThat(events.list.get(0).getFormattedMessage())
                    .contains("langchain4j-core " + core, "langchain4j " + services)
                    .doesNotContain("\n");
        }
    }

    static Stream<Throwable> missing() {
        return Stream.of(
                new NoClassDefFoundError("dev/langchain4j/model/embedding/response/EmbeddingResponse"),
                new NoSuchMethodError("'void dev.langchain4j.model.chat.ChatModel.chat()'"),
                new ClassNotFoundException("dev.langchain4j.model.chat.ChatModel"),
                new TypeNotPresentException("dev.langchain4j.model.chat.ChatModel", null));
    }

    @ParameterizedTest
    @MethodSource("missing")
    void aMissingClassOrMethodOfAnOlderVersionIsExplained(Throwable missing) {
        Throwable failure = new IllegalStateException("of Spring", missing);

        FailureAnalysis analysis = Objects.requireNonNull(new OlderLangChain4jFailureAnalyzer(OLD).analyze(failure));

        assertThat(analysis.getDescription()).contains("langchain4j-core 1.8.0", missing.getMessage());
        assertThat(analysis.getAction()).contains("<version>1.19.0</version>", "platform(");
        assertThat(new OlderLangChain4jFailureAnalyzer().analyze(failure))
                .as("of the version that is needed")
                .isNull();
    }

    @Test
    void whatIsMissingOfOthersIsNot() {
        OlderLangChain4jFailureAnalyzer analyzer = new OlderLangChain4jFailureAnalyzer(OLD);

        assertThat(analyzer.analyze(new NoClassDefFoundError("com/example/Other")))
                .isNull();
        assertThat(analyzer.analyze(new IllegalStateException("dev.langchain4j.model.chat.ChatModel")))
                .isNull();
    }
}
