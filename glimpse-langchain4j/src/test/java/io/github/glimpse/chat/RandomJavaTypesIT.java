package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonMappingException;
import dev.langchain4j.service.AiServices;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.testing.Sample;
import io.github.glimpse.testing.TestCategory;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records drawn at random, asked of an untrained model by LangChain4j's services and read back.
 * {@code -Dglimpse.constrained.types=10000} asks for so many.
 */
@TestCategory.Reference
class RandomJavaTypesIT {

    private static final int TYPES = Integer.getInteger("glimpse.constrained.types", Sample.count(5, 30));
    private static final List<String> SIMPLE = List.of(
            "boolean",
            "int",
            "long",
            "double",
            "float",
            "char",
            "String",
            "Integer",
            "Boolean",
            "java.math.BigDecimal",
            "java.math.BigInteger",
            "java.time.LocalDate",
            "java.time.LocalTime",
            "java.time.LocalDateTime",
            "java.util.UUID");
    private static final List<String> ITEMS =
            List.of("Integer", "Long", "Double", "Boolean", "String", "java.util.UUID");

    @TempDir
    Path folder;

    /** Sources of one type: a service, its record, and what that is made of. */
    private static final class Source {

        private final Random random;
        private final List<String> nested = new ArrayList<>();

        Source(Random random) {
            this.random = random;
        }

        String write(int number) {
            String root = record("R", 2);
            return "package drawn; public interface T" + number + " { R ask(String question);\n" + root
                    + String.join("\n", nested) + "}\n";
        }

        private String record(String name, int depth) {
            StringBuilder fields = new StringBuilder();
            int count = 1 + random.nextInt(4);
            for (int field = 0; field < count; field++) {
                boolean required = random.nextInt(4) > 0;
                fields.append(field == 0 ? "" : ", ")
                        .append(required ? "@com.fasterxml.jackson.annotation.JsonProperty(required = true) " : "")
                        .append(type(depth))
                        .append(" f")
                        .append(field);
            }
            return "record " + name + "(" + fields + ") {}\n";
        }

        private String type(int depth) {
            int kind = random.nextInt(10);
            if (kind == 0) {
                String name = "E" + nested.size();
                nested.add("enum " + name + " { RED, GREEN, BLUE }\n");
                return name;
            }
            if (kind == 1 && depth > 0) {
                // Its place is taken before its own parts are named.
                int place = nested.size();
                nested.add("");
                nested.set(place, record("N" + place, depth - 1));
                return "N" + place;
            }
            String item = ITEMS.get(random.nextInt(ITEMS.size()));
            return switch (kind) {
                case 2 -> "java.util.List<" + item + ">";
                case 3 -> "java.util.Set<" + item + ">";
                case 4 -> "java.util.Map<String, Object>";
                case 5 -> "java.util.Map<String, " + item + ">";
                default -> SIMPLE.get(random.nextInt(SIMPLE.size()));
            };
        }
    }

    @Test
    void everyTypeIsReadBack() throws Exception {
        Random random = new Random(11);
        List<Path> files = new ArrayList<>();
        for (int number = 0; number < TYPES; number++) {
            files.add(Files.writeString(folder.resolve("T" + number + ".java"), new Source(random).write(number)));
        }
        compile(files);
        Map<String, Integer> failures = new TreeMap<>();
        try (LoadedModel engine = TinyModels.qwen();
                URLClassLoader loader = new URLClassLoader(
                        new URL[] {folder.toUri().toURL()}, RandomJavaTypesIT.class.getClassLoader())) {
            for (int number = 0; number < TYPES; number++) {
                Class<?> service = loader.loadClass("drawn.T" + number);
                Object asked = AiServices.create(service, model(engine, number));
                try {
                    assertThat(service.getMethod("ask", String.class).invoke(asked, "What is it?"))
                            .isNotNull();
                } catch (InvocationTargetException e) {
                    failures.merge(kindOf(Objects.requireNonNull(e.getCause()), files.get(number)), 1, Integer::sum);
                }
            }
        }
        System.out.println(TYPES + " types asked for; not read back: " + failures);
        assertThat(failures.keySet()).isSubsetOf("char", "int overflow", "typed map value");
    }

    private void compile(List<Path> files) throws Exception {
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
        try (var manager = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            null,
                            manager,
                            null,
                            List.of("-d", folder.toString(), "-parameters", "-proc:none"),
                            null,
                            manager.getJavaFileObjectsFromPaths(files))
                    .call();
            assertThat(compiled).isTrue();
        }
    }

    private static GlimpseChatModel model(LoadedModel engine, long seed) {
        return GlimpseChatModel.builder()
                .model(engine)
                .defaultRequestParameters(GlimpseChatRequestParameters.builder()
                        .temperature(1.0)
                        .seed(seed)
                        .maxOutputTokens(600)
                        .build())
                .build();
    }

    private static String kindOf(Throwable error, Path source) throws Exception {
        Throwable cause = error;
        while (cause.getCause() != null && !(cause instanceof JsonMappingException)) {
            cause = cause.getCause();
        }
        String message = String.valueOf(cause.getMessage());
        String java = Files.readString(source);
        if (message.contains("type `char`") && java.contains("char f")) {
            return "char";
        }
        if (message.contains("out of range of int") || message.contains("out of range of `int`")) {
            return "int overflow";
        }
        if (message.contains("out of range of long") && java.contains("java.util.Map<String, Long>")) {
            return "typed map value";
        }
        if (cause instanceof JsonMappingException mapping
                && java.contains("java.util.Map<String, ")
                && mapping.getPath().size() > 1) {
            return "typed map value";
        }
        return error + " of " + java;
    }
}
