package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.exception.LangChain4jException;
import io.github.glimpse.GlimpseException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/**
 * Answers a request that Glimpse refused or could not finish by a status and a problem (RFC 9457), instead of 500: what
 * {@link HttpProblem} says. Without an order of its own it comes after the application's advices, whose handlers win.
 *
 * <p>Errors that are not Glimpse's go on to whoever handles them, and so do all where the answer has begun or is a stream of
 * events, which no problem can take the place of.
 */
@RestControllerAdvice
final class ProblemDetailsAdvice {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemDetailsAdvice.class);

    private final Duration retryAfter;

    ProblemDetailsAdvice(Duration retryAfter) {
        this.retryAfter = retryAfter;
    }

    @ExceptionHandler({GlimpseException.class, LangChain4jException.class})
    ResponseEntity<ProblemDetail> problem(
            RuntimeException error, HttpServletRequest request, HttpServletResponse response) {
        Optional<HttpProblem> problem = HttpProblem.of(error);
        if (problem.isEmpty() || response.isCommitted() || isEventStream(request)) {
            // The same one: Spring then goes on as if there had been no handler.
            throw error;
        }
        HttpProblem known = problem.get();
        LOG.debug("A request is answered by {}", known.status(), error);
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(known.status());
        if (known.mayTryAgain()) {
            answer.header(HttpHeaders.RETRY_AFTER, String.valueOf(HttpProblem.retrySeconds(error, retryAfter)));
        }
        return answer.body(ProblemDetail.forStatusAndDetail(known.status(), known.detail(error)));
    }

    private static boolean isEventStream(HttpServletRequest request) {
        if (accepts(request.getHeader(HttpHeaders.ACCEPT))) {
            return true;
        }
        return request.getAttribute(HandlerMapping.BEST_MATCHING_HANDLER_ATTRIBUTE) instanceof HandlerMethod handler
                && (sends(ResolvableType.forMethodParameter(handler.getReturnType()))
                        || produces(handler.getMethodAnnotation(RequestMapping.class))
                        || produces(AnnotatedElementUtils.findMergedAnnotation(
                                handler.getBeanType(), RequestMapping.class)));
    }

    private static boolean accepts(@Nullable String header) {
        try {
            return isEventStream(MediaType.parseMediaTypes(header));
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }

    private static boolean sends(ResolvableType type) {
        return Stream.concat(Stream.of(type), Arrays.stream(type.getGenerics()))
                .map(ResolvableType::toClass)
                .anyMatch(sent -> ResponseBodyEmitter.class.isAssignableFrom(sent) || sent == ServerSentEvent.class);
    }

    private static boolean produces(@Nullable RequestMapping mapping) {
        return mapping != null && isEventStream(MediaType.parseMediaTypes(List.of(mapping.produces())));
    }

    private static boolean isEventStream(List<MediaType> types) {
        return types.stream().anyMatch(MediaType.TEXT_EVENT_STREAM::equalsTypeAndSubtype);
    }
}
