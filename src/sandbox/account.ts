import { keyOf, refusedKeys } from './api-key.ts';
import { type Balance, balanceOf } from './balance.ts';
import { type Answer, type Call, type House, jsonAnswer } from './call.ts';

export function showAccount(call: Call): Answer {
  keyOf(call);
  return jsonAnswer({
    id: 'usr_sandbox',
    name: 'Sandbox',
    email: 'sandbox@localhost',
  });
}

export function showBalance(call: Call, { book, now }: House): Answer {
  return jsonAnswer(keyOf(call) === refusedKeys.noCredits ? nothing : balanceOf(book.all(), now()));
}

const nothing: Balance = {
  balance_cents: 0,
  paid_balance_cents: 0,
  bonus_balance_cents: 0,
  spent_cents_today: 0,
  spent_cents_total: 0,
};
