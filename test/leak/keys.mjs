/** Every key that the tests give to the program. Short ones are left out: they are words. */
export const testKeys = [
  'rk_test_0123456789abcdef',
  'rk_live_"quoted"\\/0123456789',
  'rk_live_0123456789wxyz',
  'rk_hermes_0123456789abcdef',
  'rk_shell_0123456789',
  'rk_typed_0123456789wxyY',
  'rk_root_never_used_0000',
  'rk_proxy_0123456789abcd',
];
