import { describe, expect, test } from 'vitest';
import { problemOf } from '../../src/api/problem.ts';

function problem(answer: { status: number; text: string; headers?: Record<string, string> }) {
  return problemOf({ headers: {}, ...answer }, 'https://runapi.ai/v1', 0);
}

describe('what an HTTP status means', () => {
  test.each([
    [400, 'validation', 4],
    [413, 'validation', 4],
    [415, 'validation', 4],
    [422, 'validation', 4],
    [401, 'authentication', 2],
    [403, 'authentication', 2],
    [402, 'insufficient_credits', 3],
    [404, 'not_found', 4],
    [410, 'not_found', 4],
    [409, 'conflict', 4],
    [429, 'rate_limit', 6],
    [408, 'service_unavailable', 8],
    [425, 'service_unavailable', 8],
    [500, 'service_unavailable', 8],
    [503, 'service_unavailable', 8],
    [529, 'service_unavailable', 8],
    [300, 'bad_response', 8],
  ])('%d', (status, code, exitCode) => {
    const failure = problem({ status, text: '' });
    expect(failure).toMatchObject({ code, exitCode, facts: { status } });
    expect(failure.message).toBe(`runapi.ai answered ${status} and gave no reason`);
    expect(failure.facts.retryable).toBe([408, 425, 429, 500, 503, 529].includes(status));
  });
});

describe('every body that was seen gives its words', () => {
  test.each([
    ['{"error":"no credits"}', 'no credits'],
    ['{"error":{"code":"x","message":"no credits"}}', 'no credits'],
    ['{"error":{"code":"no_credits"}}', 'no_credits'],
    [
      '{"error":"Validation failed","errors":{"prompt":["is too long","is rude"]}}',
      'Validation failed: prompt is too long, is rude',
    ],
    ['{"errors":["a","b"]}', 'a; b'],
    ['{"errors":[{"message":"a"},{"msg":"b"}]}', 'a; b'],
    ['{"errors":{"seed":{"message":"is odd"}}}', 'seed is odd'],
    ['{"message":"m"}', 'm'],
    ['{"detail":"d"}', 'd'],
    ['{"msg":"s"}', 's'],
    ['{"errorMessage":"e"}', 'e'],
    ['plain text', 'plain text'],
    ['"JSON text"', 'JSON text'],
    ['{"error":"line one\\nline two"}', 'line one line two'],
    ['{"error":"\\u001b[31mred\\u0007"}', '[31mred'],
    ['{"error":"<b>bold</b> words"}', 'bold words'],
    ['{"error":"a \\u202egnirts"}', 'a gnirts'],
  ])('%s', (text, message) => {
    expect(problem({ status: 422, text }).message).toBe(message);
  });

  test.each([
    ['<!doctype html><h1>Bad gateway</h1>'],
    ['  <html>'],
    ['<?xml version="1.0"?>'],
    [''],
    ['{}'],
    ['[]'],
    ['null'],
    ['{"error":null}'],
  ])('%s says nothing to people', (text) => {
    expect(problem({ status: 422, text }).message).toBe('runapi.ai answered 422 and gave no reason');
  });

  test('a server in trouble is named with its words', () => {
    expect(problem({ status: 500, text: '{"error":"boom"}' }).message).toBe('runapi.ai answered 500: boom');
  });

  test('a long text is cut', () => {
    const { message } = problem({ status: 422, text: 'x'.repeat(10_000) });
    expect(message).toHaveLength(500);
  });

  test('details and the id of the request are kept for scripts', () => {
    const text = '{"error":"Validation failed","errors":{"prompt":["is too long"]}}';
    const { facts } = problem({ status: 422, text, headers: { 'x-request-id': 'req_1' } });
    expect(facts).toMatchObject({ requestId: 'req_1', details: { prompt: ['is too long'] } });
  });
});
