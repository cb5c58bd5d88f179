package io.github.glimpse.spring.openai;

import org.springframework.web.HttpRequestHandler;

/** Handler that answers without reading the body, so that {@link FormFilter} keeps forms unread. */
@FunctionalInterface
public interface BodylessHandler extends HttpRequestHandler {}
