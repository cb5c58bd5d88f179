package io.github.glimpse.examples.openai;

import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ScriptedModel;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The example's server with a tiny model whose answers come from a script, so that a test knows what to expect. */
final class ScriptedServer implements AutoCloseable {

    static final String MODEL = "tiny";
    static final Path FIXTURES = Path.of(System.getProperty("glimpse.basedir", "../.."))
            .resolve("glimpse-langchain4j/src/test/resources/fixtures");
    static final Path QWEN = FIXTURES.resolve("qwen2_5_vl-tiny");
    static final Path LLAVA = FIXTURES.resolve("llava-1_5-tiny");

    private final ConfigurableApplicationContext context;

    private ScriptedServer(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Starts one with the script of the clients' tests, of which one request runs and so many wait. */
    static ScriptedServer start(int queued) {
        return start(QWEN, queued, ScriptedServer::answer);
    }

    /** Starts one whose answers come from this script. */
    static ScriptedServer start(Path family, int queued, UnaryOperator<String> script) {
        return with(ScriptedModel.load(
                options(family).maxRunning(1).maxQueued(queued).build(), script));
    }

    static EngineOptions.Builder options(Path family) {
        return EngineOptions.builder(family.resolve("model"))
                .module(family.resolve("glimpse"))
                .name(MODEL);
    }

    /** Starts one with this engine, which it closes. */
    static ScriptedServer with(LoadedModel engine) {
        ApplicationContextInitializer<GenericApplicationContext> bean =
                context -> context.registerBean("glimpseEngine", LoadedModel.class, () -> engine);
        return new ScriptedServer(new SpringApplicationBuilder(OpenAiServer.class, Places.class)
                .initializers(bean)
                .run(
                        "--server.port=0",
                        "--glimpse.web.problem-details.retry-after=1s",
                        "--glimpse.embedding-model.enabled=true",
                        "--glimpse.embedding-model.name=clip",
                        "--glimpse.embedding-model.location=" + FIXTURES.resolve("clip-tiny/model")));
    }

    String url() {
        return "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
    }

    LoadedModel engine() {
        return context.getBean(LoadedModel.class);
    }

    @Override
    public void close() {
        context.close();
    }

    private static String answer(String prompt) {
        if (prompt.contains("FAIL")) {
            return "It is " + ScriptedModel.FAILS;
        }
        if (prompt.contains("LONG")) {
            return "word ".repeat(20_000);
        }
        if (prompt.contains("<tool_response>")) {
            return "There is sun.";
        }
        if (prompt.contains("WEATHER")) {
            return "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Munich\"}}\n</tool_call>";
        }
        if (prompt.contains("PERSON")) {
            return "{\"name\": \"Ada\", \"age\": null}";
        }
        return "It is Berlin.";
    }

    /** What a test asks from outside. */
    @RestController
    static final class Places {

        private final LoadedModel engine;

        Places(LoadedModel engine) {
            this.engine = engine;
        }

        /** Requests that run. */
        @GetMapping("/test/active")
        int active() {
            return engine.activeRequests();
        }
    }
}
