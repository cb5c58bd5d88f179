package io.github.glimpse.documents;

import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.invocation.InvocationContext;
import dev.langchain4j.rag.query.Metadata;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * User message whose retrieved images survive LangChain4j's AI services. Unless a text parameter of the service
 * method has {@code @UserMessage}, {@code DefaultAiServices} rebuilds an augmented message by {@link #toBuilder()}
 * from its texts and the arguments of the method, without any other content of the augmentation. The builder of this
 * message adds them again and makes a plain {@link UserMessage}.
 */
public final class AugmentedUserMessage extends UserMessage {

    private static final String PARAMETER = "dev.langchain4j.service.UserMessage";

    private final transient List<Content> question;

    private AugmentedUserMessage(UserMessage question, List<Content> contents) {
        super(copy(question, contents));
        this.question = question.contents();
    }

    private static UserMessage.Builder copy(UserMessage message, List<Content> contents) {
        return UserMessage.builder().name(message.name()).contents(contents).attributes(message.attributes());
    }

    /**
     * Replaces the contents of a question by those of its augmentation.
     *
     * @param contents of the augmented message: all that is to be sent
     * @param metadata of the augmentation request, which names the method of an AI service
     * @return a plain message where the caller keeps its contents
     */
    public static UserMessage of(UserMessage question, List<Content> contents, Metadata metadata) {
        InvocationContext invocation = metadata.invocationContext();
        if (invocation.interfaceName() == null) {
            return copy(question, contents).build();
        }
        Method method = method(invocation);
        if (method == null) {
            return of(question, contents);
        }
        List<Object> arguments = invocation.methodArguments();
        List<Content> given =
                arguments.stream().flatMap(AugmentedUserMessage::contents).toList();
        if (hasAnnotatedText(method, arguments) || keepsAll(question, contents, given)) {
            return copy(question, contents).build();
        }
        // DefaultAiServices takes as many contents for the same ones: with the arguments there are always more.
        Set<Content> known = identities(contents);
        List<Content> all = new ArrayList<>(contents);
        given.stream()
                .filter(content -> !(content instanceof TextContent) && !known.contains(content))
                .forEach(all::add);
        return new AugmentedUserMessage(question, all);
    }

    /** Texts are kept beside arguments without a text, which are added to them. */
    private static boolean keepsAll(UserMessage question, List<Content> contents, List<Content> given) {
        Set<Content> original = identities(question.contents());
        List<Content> added =
                contents.stream().filter(content -> !original.contains(content)).toList();
        return added.isEmpty()
                || (added.stream().allMatch(TextContent.class::isInstance)
                        && given.stream().noneMatch(TextContent.class::isInstance));
    }

    /** The same where the method is not known. */
    static UserMessage of(UserMessage question, List<Content> contents) {
        return new AugmentedUserMessage(question, contents);
    }

    private static @Nullable Method method(InvocationContext invocation) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        try {
            Class<?> service = Class.forName(
                    invocation.interfaceName(),
                    false,
                    loader == null ? AugmentedUserMessage.class.getClassLoader() : loader);
            return Arrays.stream(service.getMethods())
                    .filter(method -> method.getName().equals(invocation.methodName())
                            && takes(method, invocation.methodArguments()))
                    .findFirst()
                    .orElse(null);
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    private static boolean takes(Method method, List<Object> arguments) {
        Class<?>[] types = method.getParameterTypes();
        if (types.length != arguments.size()) {
            return false;
        }
        for (int i = 0; i < types.length; i++) {
            Object argument = arguments.get(i);
            if (argument != null && !types[i].isPrimitive() && !types[i].isInstance(argument)) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasAnnotatedText(Method method, List<Object> arguments) {
        Annotation[][] annotations = method.getParameterAnnotations();
        for (int i = 0; i < annotations.length; i++) {
            boolean isAnnotated = Arrays.stream(annotations[i])
                    .anyMatch(
                            annotation -> annotation.annotationType().getName().equals(PARAMETER));
            if (isAnnotated && contents(arguments.get(i)).findAny().isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private static Stream<Content> contents(@Nullable Object argument) {
        if (argument instanceof Content content) {
            return Stream.of(content);
        }
        return argument instanceof List<?> list && list.stream().allMatch(Content.class::isInstance)
                ? list.stream().map(Content.class::cast)
                : Stream.empty();
    }

    private static Set<Content> identities(List<Content> contents) {
        Set<Content> identities = Collections.newSetFromMap(new IdentityHashMap<>());
        identities.addAll(contents);
        return identities;
    }

    @Override
    public Builder toBuilder() {
        Builder builder = new Builder() {
            @Override
            public Builder contents(List<Content> contents) {
                return super.contents(completed(contents));
            }
        };
        return builder.name(name()).contents(contents()).attributes(attributes());
    }

    /** A list that lacks a content of the augmentation gets all of them, before the contents that are new in it. */
    private List<Content> completed(List<Content> value) {
        Set<Content> given = identities(value);
        Set<Content> original = identities(question);
        if (contents().stream().allMatch(content -> original.contains(content) || given.contains(content))) {
            return value;
        }
        Set<Content> known = identities(contents());
        known.addAll(question);
        List<Content> completed = new ArrayList<>(contents());
        value.stream().filter(content -> !known.contains(content)).forEach(completed::add);
        return completed;
    }
}
