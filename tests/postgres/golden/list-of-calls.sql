WITH ready AS /* what waits for staff */ (
  SELECT touches.id AS id,
  touches.process AS process,
  touches.subject_kind AS subject_kind,
  touches.subject_id AS subject_id,
  touches.anchor_at AS anchor_at,
  touches.step AS step,
  touches.kind AS kind,
  touches.purpose AS purpose,
  touches.priority AS priority,
  touches.obligation AS obligation,
  touches.works_holidays AS works_holidays,
  touches.store_id AS store_id,
  touches.customer_id AS customer_id,
  touches.policy_version_id AS policy_version_id,
  touches.template_version_id AS template_version_id,
  touches.channels AS channels,
  touches.conditions AS conditions,
  touches.role AS role,
  touches.approval AS approval,
  touches.effects AS effects,
  touches.series AS series,
  touches.due_at AS due_at,
  touches.valid_until AS valid_until,
  touches.not_before AS not_before,
  touches.state AS state,
  touches.state_at AS state_at,
  touches.gate AS gate,
  touches.reason AS reason,
  touches.reason_figures AS reason_figures,
  touches.figures AS figures,
  touches.planned_at AS planned_at,
  touches.planned_by AS planned_by,
  touches.approved_at AS approved_at,
  touches.approved_by AS approved_by,
  touches.claimed_by AS claimed_by,
  touches.contacted_at AS contacted_at,
  touches.channel AS channel,
  touches.contact_point_id AS contact_point_id,
  touches.resendable AS resendable,
  touches.attempts AS attempts,
  touches.provider AS provider,
  touches.message_id AS message_id,
  touches.merged_into AS merged_into,
  touches.subject_line AS subject_line,
  touches.body AS body,
  touches.delivered_at AS delivered_at,
  touches.assigned_to AS assigned_to,
  touches.owner_until AS owner_until,
  touches.held_by AS held_by,
  touches.held_until AS held_until,
  touches.outcome AS outcome,
  stores.code AS store,
  stores.time_zone AS time_zone
  FROM touches
  JOIN stores ON stores.id = touches.store_id
  JOIN jsonb_array_elements(:param) AS one_row(one) ON true
  WHERE touches.state = 'ready'
  AND touches.kind IN ('call')
  AND touches.not_before < timezone(
    stores.time_zone, CAST(timezone(stores.time_zone, :param) AS DATE) + :param + '00:00:00'
  )
),
anon_7 AS MATERIALIZED /* the tolerances of the policy versions that touches were planned under */ (
  SELECT policy_versions.id AS id,
  policy_versions.body #> '{rules, tolerance}' AS value
  FROM policy_versions
  WHERE policy_versions.id IN (
    SELECT ready.policy_version_id FROM ready WHERE coalesce(ready.subject_kind = 'account', FALSE)
  )
),
anon_2 AS /* the accounts looked at, with their day and tolerances */ (
  SELECT accounts.id AS account_id,
  accounts.store_id AS store_id,
  accounts.customer_id AS customer_id,
  accounts.key AS account,
  stores.today AS today,
  anon_6.policy_version_id AS policy_version_id,
  (SELECT anon_7.value FROM anon_7 WHERE anon_7.id = anon_6.policy_version_id) AS tolerance
  FROM accounts
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :param) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = accounts.store_id
  JOIN (
    SELECT DISTINCT ready.subject_id AS subject_id,
    ready.policy_version_id AS policy_version_id
    FROM ready
    WHERE coalesce(ready.subject_kind = 'account', FALSE)
  ) AS anon_6 ON anon_6.subject_id = accounts.id
),
anon_8 AS /* the invoices and credit notes known on the day, with what was paid on each */ (
  SELECT anon_2.account_id AS account_id,
  anon_2.policy_version_id AS policy_version_id,
  invoices.id AS invoice_id,
  invoices.key AS number,
  invoices.kind AS kind,
  invoices.salesperson_id AS salesperson_id,
  invoices.currency AS currency,
  invoices.due_on AS due_on,
  CASE
  WHEN (
    CASE
    WHEN (
      CASE
      WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
        SELECT max(payments.paid_on) AS max_1
        FROM payments
        WHERE payments.invoice_id = invoices.id
        AND payments.currency = invoices.currency
      )
      ELSE invoices.status_on END IS NULL
      OR CASE
      WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
        SELECT max(payments.paid_on) AS max_1
        FROM payments
        WHERE payments.invoice_id = invoices.id
        AND payments.currency = invoices.currency
      )
      ELSE invoices.status_on END <= anon_2.today
    ) THEN invoices.status
    ELSE 'open' END = 'void'
  ) THEN 0
  ELSE invoices.amount END AS amount,
  CASE
  WHEN (
    CASE
    WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
      SELECT max(payments.paid_on) AS max_1
      FROM payments
      WHERE payments.invoice_id = invoices.id
      AND payments.currency = invoices.currency
    )
    ELSE invoices.status_on END IS NULL
    OR CASE
    WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
      SELECT max(payments.paid_on) AS max_1
      FROM payments
      WHERE payments.invoice_id = invoices.id
      AND payments.currency = invoices.currency
    )
    ELSE invoices.status_on END <= anon_2.today
  ) THEN invoices.status
  ELSE 'open' END = 'open'
  AND NOT (
    EXISTS (
      SELECT :param AS anon_10
      FROM account_arrangements
      WHERE account_arrangements.invoice_id = invoices.id
      AND account_arrangements.starts_on <= anon_2.today
      AND account_arrangements.ends_on >= anon_2.today
      AND (
        account_arrangements.ended_on IS NULL OR account_arrangements.ended_on > anon_2.today
      )
    )
  ) AS chased,
  CASE
  WHEN (
    CASE
    WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
      SELECT max(payments.paid_on) AS max_1
      FROM payments
      WHERE payments.invoice_id = invoices.id
      AND payments.currency = invoices.currency
    )
    ELSE invoices.status_on END IS NULL
    OR CASE
    WHEN (invoices.status_on IS NULL AND invoices.status = 'settled') THEN (
      SELECT max(payments.paid_on) AS max_1
      FROM payments
      WHERE payments.invoice_id = invoices.id
      AND payments.currency = invoices.currency
    )
    ELSE invoices.status_on END <= anon_2.today
  ) THEN invoices.status
  ELSE 'open' END = 'disputed'
  OR (
    EXISTS (
      SELECT :param AS anon_11
      FROM account_arrangements
      WHERE account_arrangements.invoice_id = invoices.id
      AND account_arrangements.starts_on <= anon_2.today
      AND account_arrangements.ends_on >= anon_2.today
      AND (
        account_arrangements.ended_on IS NULL OR account_arrangements.ended_on > anon_2.today
      )
    )
  ) AS contested,
  (
    SELECT coalesce(sum(payments.amount), 0) AS coalesce_7
    FROM payments
    WHERE payments.invoice_id = invoices.id
    AND payments.currency = invoices.currency
    AND payments.paid_on <= anon_2.today
  ) AS paid,
  coalesce(CAST(anon_2.tolerance ->> invoices.currency AS NUMERIC(14, 2)), 0) AS tolerated
  FROM invoices
  JOIN anon_2 ON anon_2.account_id = invoices.account_id
  WHERE invoices.issued_on IS NULL
  OR invoices.issued_on <= anon_2.today
),
anon_9 AS /* per account and currency: payments on account, credit notes, overpayments */ (
  SELECT credits.account_id AS account_id,
  credits.policy_version_id AS policy_version_id,
  credits.currency AS currency,
  sum(credits.amount) AS amount
  FROM (
    SELECT anon_2.account_id AS account_id,
    anon_2.policy_version_id AS policy_version_id,
    payments.currency AS currency,
    payments.amount AS amount
    FROM anon_2
    JOIN payments ON anon_2.account_id = payments.account_id
    WHERE payments.invoice_id IS NULL
    AND payments.paid_on <= anon_2.today
    UNION ALL
    SELECT anon_8.account_id AS account_id,
    anon_8.policy_version_id AS policy_version_id,
    anon_8.currency AS currency,
    anon_8.amount AS amount
    FROM anon_8
    WHERE anon_8.kind = 'credit-note'
    AND anon_8.chased
    UNION ALL
    SELECT anon_8.account_id AS account_id,
    anon_8.policy_version_id AS policy_version_id,
    anon_8.currency AS currency,
    anon_8.paid - anon_8.amount AS amount
    FROM anon_8
    WHERE anon_8.kind = 'invoice'
    AND anon_8.paid > anon_8.amount
  ) AS credits
  GROUP BY credits.account_id,
  credits.policy_version_id,
  credits.currency
),
anon_3 AS /* per account: the invoices that are chased, and their totals */ (
  SELECT listed.account_id AS account_id,
  listed.policy_version_id AS policy_version_id,
  min(listed.due_on) AS oldest_due,
  bool_or(listed.above) AS owes,
  jsonb_object_agg(listed.currency, CAST(listed.total AS TEXT)) AS totals,
  jsonb_agg(
    jsonb_build_object(
      'number', listed.number, 'due_on', listed.due_on, 'open', CAST(listed.open AS TEXT), 'currency', listed.currency
    )
    ORDER BY listed.due_on,
    listed.number
  ) AS invoices
  FROM (
    SELECT balances.account_id AS account_id,
    balances.policy_version_id AS policy_version_id,
    balances.number AS number,
    balances.salesperson_id AS salesperson_id,
    balances.currency AS currency,
    balances.due_on AS due_on,
    balances.tolerated AS tolerated,
    balances.open AS open,
    balances.total AS total,
    balances.total > balances.tolerated AS above,
    (balances.total > balances.tolerated) = bool_or(balances.total > balances.tolerated) OVER (PARTITION BY balances.account_id, balances.policy_version_id) AS listed
    FROM (
      SELECT open_invoices.account_id AS account_id,
      open_invoices.policy_version_id AS policy_version_id,
      open_invoices.number AS number,
      open_invoices.salesperson_id AS salesperson_id,
      open_invoices.currency AS currency,
      open_invoices.due_on AS due_on,
      open_invoices.tolerated AS tolerated,
      open_invoices.open AS open,
      sum(open_invoices.open) OVER (
        PARTITION BY open_invoices.account_id, open_invoices.policy_version_id, open_invoices.currency
      ) AS total
      FROM (
        SELECT anon_8.account_id AS account_id,
        anon_8.policy_version_id AS policy_version_id,
        anon_8.number AS number,
        anon_8.salesperson_id AS salesperson_id,
        anon_8.currency AS currency,
        anon_8.due_on AS due_on,
        anon_8.tolerated AS tolerated,
        least(
          anon_8.amount - anon_8.paid,
          greatest(
            sum(anon_8.amount - anon_8.paid) OVER (
              PARTITION BY anon_8.account_id,
              anon_8.policy_version_id,
              anon_8.currency
              ORDER BY anon_8.due_on,
              anon_8.invoice_id
            ) - coalesce(anon_9.amount, 0),
            0
          )
        ) AS open
        FROM anon_8
        LEFT OUTER JOIN anon_9 ON anon_9.account_id = anon_8.account_id
        AND anon_9.policy_version_id = anon_8.policy_version_id
        AND anon_9.currency = anon_8.currency
        WHERE anon_8.kind = 'invoice'
        AND anon_8.chased
        AND anon_8.amount > anon_8.paid
      ) AS open_invoices
      WHERE open_invoices.open > 0
    ) AS balances
  ) AS listed
  WHERE listed.listed
  GROUP BY listed.account_id,
  listed.policy_version_id
),
anon_5 AS MATERIALIZED /* per account: the latest promise to pay, and whether it was kept */ (
  SELECT DISTINCT ON (anon_2.account_id, anon_2.policy_version_id) anon_2.account_id AS account_id,
  anon_2.policy_version_id AS policy_version_id,
  promises.id AS promise_id,
  promises.made_on AS made_on,
  promises.promised_for AS promised_for,
  coalesce(
    promises.amount <= (
      SELECT coalesce(sum(payments.amount), 0) AS coalesce_8
      FROM payments
      WHERE payments.account_id = promises.account_id
      AND payments.currency = promises.currency
      AND payments.paid_on BETWEEN promises.made_on
      AND least(promises.promised_for, anon_2.today)
    ),
    FALSE
  ) AS kept,
  promises.promised_for >= anon_2.today AS running
  FROM promises
  JOIN anon_2 ON anon_2.account_id = promises.account_id
  WHERE promises.made_on <= anon_2.today
  ORDER BY anon_2.account_id,
  anon_2.policy_version_id,
  promises.made_on DESC,
  promises.promised_for DESC,
  promises.id DESC
),
anon_4 AS MATERIALIZED /* per account: the arrangement for which chasing waits */ (
  SELECT DISTINCT ON (anon_2.account_id, anon_2.policy_version_id) anon_2.account_id AS account_id,
  anon_2.policy_version_id AS policy_version_id,
  account_arrangements.kind AS arranged,
  account_arrangements.ends_on AS arranged_until
  FROM anon_2
  JOIN account_arrangements ON account_arrangements.account_id = anon_2.account_id
  WHERE account_arrangements.invoice_id IS NULL
  AND account_arrangements.starts_on <= anon_2.today
  AND account_arrangements.ends_on >= anon_2.today
  AND (
    account_arrangements.ended_on IS NULL OR account_arrangements.ended_on > anon_2.today
  )
  AND (
    account_arrangements.kind != 'instalments'
    OR (
      SELECT coalesce(sum(payments.amount), :coalesce) AS coalesce_10
      FROM payments
      WHERE payments.account_id = account_arrangements.account_id
      AND payments.currency = account_arrangements.currency
      AND payments.paid_on BETWEEN account_arrangements.starts_on
      AND anon_2.today
    ) >= (
      SELECT coalesce(sum(account_instalments.amount), :coalesce) AS coalesce_12
      FROM account_instalments
      WHERE account_instalments.arrangement_id = account_arrangements.id
      AND account_instalments.due_on < anon_2.today
    )
  )
  ORDER BY anon_2.account_id,
  anon_2.policy_version_id,
  account_arrangements.ends_on DESC,
  account_arrangements.id DESC
),
account_once AS MATERIALIZED /* the facts of each account that a touch is about */ (
  SELECT anon_2.account_id AS subject_id,
  anon_2.policy_version_id AS policy_version_id,
  anon_2.store_id AS store_id,
  anon_2.customer_id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(own_languages.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  timezone(stores.time_zone, anon_3.oldest_due + '00:00:00') AS anchor_at,
  anon_2.account AS account,
  anon_3.oldest_due AS oldest_due,
  coalesce(anon_3.owes, FALSE) AS owes,
  anon_3.totals AS totals,
  anon_3.invoices AS invoices,
  anon_4.arranged AS arranged,
  anon_5.promised_for AS promised_for,
  coalesce(anon_5.running, FALSE)
  AND NOT anon_5.kept AS promise_running,
  CASE
  WHEN (
    NOT anon_5.kept AND NOT anon_5.running AND anon_5.promised_for >= anon_3.oldest_due
  ) THEN anon_5.promise_id END AS broken_promise_id,
  CASE
  WHEN (
    NOT anon_5.kept AND NOT anon_5.running AND anon_5.promised_for >= anon_3.oldest_due
  ) THEN CAST(anon_5.promised_for + :param AS DATE) END AS resumes_on,
  CASE
  WHEN (
    NOT anon_5.kept AND NOT anon_5.running AND anon_5.promised_for >= anon_3.oldest_due
  ) THEN anon_5.made_on - anon_3.oldest_due END AS reached_days
  FROM anon_2
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :param) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = anon_2.store_id
  LEFT OUTER JOIN (
    SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
  ) AS own_languages ON own_languages.id = anon_2.customer_id
  LEFT OUTER JOIN customers ON customers.id = anon_2.customer_id
  LEFT OUTER JOIN anon_3 ON anon_3.account_id = anon_2.account_id
  AND anon_3.policy_version_id = anon_2.policy_version_id
  LEFT OUTER JOIN anon_5 ON anon_5.account_id = anon_2.account_id
  AND anon_5.policy_version_id = anon_2.policy_version_id
  LEFT OUTER JOIN anon_4 ON anon_4.account_id = anon_2.account_id
  AND anon_4.policy_version_id = anon_2.policy_version_id
),
handover_once AS MATERIALIZED /* the facts of each handover that a touch is about */ (
  SELECT handovers.id AS subject_id,
  handovers.store_id AS store_id,
  handovers.customer_id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(own_languages.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  handovers.handed_over_on AS day,
  timezone(stores.time_zone, handovers.handed_over_on + '00:00:00') AS anchor_at,
  coalesce(disposed.disposed_on <= stores.today, FALSE)
  OR (
    EXISTS (
      SELECT :param AS anon_13
      FROM handovers AS handovers_1
      WHERE handovers_1.vehicle_id = handovers.vehicle_id
      AND handovers_1.customer_id != handovers.customer_id
      AND handovers_1.handed_over_on > handovers.handed_over_on
      AND handovers_1.handed_over_on <= stores.today
    )
  ) AS sold,
  nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS vehicle
  FROM handovers
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :param) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = handovers.store_id
  LEFT OUTER JOIN (
    SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
  ) AS own_languages ON own_languages.id = handovers.customer_id
  LEFT OUTER JOIN customers ON customers.id = handovers.customer_id
  LEFT OUTER JOIN (
    SELECT vehicles.id AS id, vehicles.disposed_on AS disposed_on FROM vehicles WHERE vehicles.disposed_on IS NOT NULL
  ) AS disposed ON disposed.id = handovers.vehicle_id
  LEFT OUTER JOIN vehicles ON vehicles.id = handovers.vehicle_id
  WHERE handovers.id IN (
    SELECT ready.subject_id FROM ready WHERE coalesce(ready.subject_kind = 'handover', FALSE)
  )
),
due AS MATERIALIZED /* the calls whose reason is still there */ (
  SELECT ready.id AS id,
  ready.process AS process,
  ready.subject_kind AS subject_kind,
  ready.subject_id AS subject_id,
  ready.anchor_at AS anchor_at,
  ready.step AS step,
  ready.kind AS kind,
  ready.purpose AS purpose,
  ready.priority AS priority,
  ready.obligation AS obligation,
  ready.works_holidays AS works_holidays,
  ready.store_id AS store_id,
  ready.customer_id AS customer_id,
  ready.policy_version_id AS policy_version_id,
  ready.template_version_id AS template_version_id,
  ready.channels AS channels,
  ready.conditions AS conditions,
  ready.role AS role,
  ready.approval AS approval,
  ready.effects AS effects,
  ready.series AS series,
  ready.due_at AS due_at,
  ready.valid_until AS valid_until,
  ready.not_before AS not_before,
  ready.state AS state,
  ready.state_at AS state_at,
  ready.gate AS gate,
  ready.reason AS reason,
  ready.reason_figures AS reason_figures,
  ready.figures AS figures,
  ready.planned_at AS planned_at,
  ready.planned_by AS planned_by,
  ready.approved_at AS approved_at,
  ready.approved_by AS approved_by,
  ready.claimed_by AS claimed_by,
  ready.contacted_at AS contacted_at,
  ready.channel AS channel,
  ready.contact_point_id AS contact_point_id,
  ready.resendable AS resendable,
  ready.attempts AS attempts,
  ready.provider AS provider,
  ready.message_id AS message_id,
  ready.merged_into AS merged_into,
  ready.subject_line AS subject_line,
  ready.body AS body,
  ready.delivered_at AS delivered_at,
  ready.assigned_to AS assigned_to,
  ready.owner_until AS owner_until,
  ready.held_by AS held_by,
  ready.held_until AS held_until,
  ready.outcome AS outcome,
  ready.store AS store,
  ready.time_zone AS time_zone
  FROM ready
  JOIN (
    SELECT ready.id AS touch_id,
    ready.state AS state,
    coalesce(
      CASE
      WHEN CASE
      WHEN (ready.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_1
        FROM touches AS earlier
        WHERE earlier.process = ready.process
        AND earlier.subject_kind = 'account'
        AND earlier.step = ready.step
        AND earlier.subject_id = ready.subject_id
        AND earlier.anchor_at != ready.anchor_at
        AND earlier.due_at < ready.due_at
        AND earlier.valid_until > ready.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN ('still-owes' = ANY (ready.conditions) AND account_now.oldest_due IS NULL) THEN 'nothing-owed'
      WHEN ('still-owes' = ANY (ready.conditions) AND NOT account_now.owes) THEN 'within-tolerance'
      WHEN (
        'still-owes' = ANY (ready.conditions) AND coalesce(account_now.arranged = 'dispute', FALSE)
      ) THEN 'account-disputed'
      WHEN (
        'still-owes' = ANY (ready.conditions) AND coalesce(account_now.arranged = 'block', FALSE)
      ) THEN 'chasing-blocked'
      WHEN (
        'still-owes' = ANY (ready.conditions) AND coalesce(account_now.arranged = 'instalments', FALSE)
      ) THEN 'instalments-running'
      WHEN ('no-promise' = ANY (ready.conditions) AND account_now.promise_running) THEN 'promise-running' END END IS NULL
      AND CASE
      WHEN (ready.series IS NOT NULL) THEN NOT (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(year FROM timezone(account_now.time_zone, ready.anchor_at)) - EXTRACT(
                    year FROM timezone(account_now.time_zone, account_now.anchor_at)
                  )
                ) * :param + EXTRACT(month FROM timezone(account_now.time_zone, ready.anchor_at))
              ) - EXTRACT(month FROM timezone(account_now.time_zone, account_now.anchor_at)) AS INTEGER
            ) - CASE
            WHEN (
              CAST((ready.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(day FROM timezone(account_now.time_zone, ready.anchor_at)) < EXTRACT(day FROM timezone(account_now.time_zone, account_now.anchor_at))
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((ready.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(account_now.time_zone, ready.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
          ) / nullif(CAST((ready.series ->> 'days') AS INTEGER), :nullif)
        ) >= :coalesce
        AND CASE
        WHEN (
          coalesce(
            (
              CAST(
                (
                  (
                    EXTRACT(year FROM timezone(account_now.time_zone, ready.anchor_at)) - EXTRACT(
                      year FROM timezone(account_now.time_zone, account_now.anchor_at)
                    )
                  ) * :param + EXTRACT(month FROM timezone(account_now.time_zone, ready.anchor_at))
                ) - EXTRACT(
                  month FROM timezone(account_now.time_zone, account_now.anchor_at)
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((ready.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(day FROM timezone(account_now.time_zone, ready.anchor_at)) < EXTRACT(day FROM timezone(account_now.time_zone, account_now.anchor_at))
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((ready.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(account_now.time_zone, ready.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
            ) / nullif(CAST((ready.series ->> 'days') AS INTEGER), :nullif)
          ) = :coalesce
        ) THEN account_now.anchor_at
        ELSE timezone(
          account_now.time_zone,
          timezone(account_now.time_zone, account_now.anchor_at) + make_interval(
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(year FROM timezone(account_now.time_zone, ready.anchor_at)) - EXTRACT(
                        year FROM timezone(account_now.time_zone, account_now.anchor_at)
                      )
                    ) * :param + EXTRACT(month FROM timezone(account_now.time_zone, ready.anchor_at))
                  ) - EXTRACT(
                    month FROM timezone(account_now.time_zone, account_now.anchor_at)
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((ready.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(day FROM timezone(account_now.time_zone, ready.anchor_at)) < EXTRACT(
                    day FROM timezone(account_now.time_zone, account_now.anchor_at)
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((ready.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(account_now.time_zone, ready.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
              ) / nullif(CAST((ready.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((ready.series ->> 'months') AS INTEGER),
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(year FROM timezone(account_now.time_zone, ready.anchor_at)) - EXTRACT(
                        year FROM timezone(account_now.time_zone, account_now.anchor_at)
                      )
                    ) * :param + EXTRACT(month FROM timezone(account_now.time_zone, ready.anchor_at))
                  ) - EXTRACT(
                    month FROM timezone(account_now.time_zone, account_now.anchor_at)
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((ready.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(day FROM timezone(account_now.time_zone, ready.anchor_at)) < EXTRACT(
                    day FROM timezone(account_now.time_zone, account_now.anchor_at)
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((ready.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(account_now.time_zone, ready.anchor_at) AS DATE) - CAST(timezone(account_now.time_zone, account_now.anchor_at) AS DATE)
              ) / nullif(CAST((ready.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((ready.series ->> 'days') AS INTEGER)
          ) + CASE
          WHEN (
            CAST((ready.series ->> 'next_day') AS BOOLEAN)
            AND CAST((ready.series ->> 'months') AS INTEGER) > :param
            AND EXTRACT(
              day
              FROM timezone(account_now.time_zone, account_now.anchor_at) + make_interval(
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(account_now.time_zone, ready.anchor_at)
                          ) - EXTRACT(
                            year FROM timezone(account_now.time_zone, account_now.anchor_at)
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(account_now.time_zone, ready.anchor_at)
                        )
                      ) - EXTRACT(
                        month FROM timezone(account_now.time_zone, account_now.anchor_at)
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((ready.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(day FROM timezone(account_now.time_zone, ready.anchor_at)) < EXTRACT(
                        day FROM timezone(account_now.time_zone, account_now.anchor_at)
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((ready.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(timezone(account_now.time_zone, ready.anchor_at) AS DATE) - CAST(
                      timezone(account_now.time_zone, account_now.anchor_at) AS DATE
                    )
                  ) / nullif(CAST((ready.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((ready.series ->> 'months') AS INTEGER),
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(account_now.time_zone, ready.anchor_at)
                          ) - EXTRACT(
                            year FROM timezone(account_now.time_zone, account_now.anchor_at)
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(account_now.time_zone, ready.anchor_at)
                        )
                      ) - EXTRACT(
                        month FROM timezone(account_now.time_zone, account_now.anchor_at)
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((ready.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(day FROM timezone(account_now.time_zone, ready.anchor_at)) < EXTRACT(
                        day FROM timezone(account_now.time_zone, account_now.anchor_at)
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((ready.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(timezone(account_now.time_zone, ready.anchor_at) AS DATE) - CAST(
                      timezone(account_now.time_zone, account_now.anchor_at) AS DATE
                    )
                  ) / nullif(CAST((ready.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((ready.series ->> 'days') AS INTEGER)
              )
            ) < EXTRACT(day FROM timezone(account_now.time_zone, account_now.anchor_at))
          ) THEN '1 day, 0:00:00'
          ELSE '0:00:00' END
        ) END = ready.anchor_at
      )
      ELSE ready.anchor_at != account_now.anchor_at END,
      FALSE
    ) AS moved,
    CASE
    WHEN (account_now.subject_id IS NULL) THEN 'subject-gone'
    ELSE CAST(
      CASE
      WHEN CASE
      WHEN (ready.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_1
        FROM touches AS earlier
        WHERE earlier.process = ready.process
        AND earlier.subject_kind = 'account'
        AND earlier.step = ready.step
        AND earlier.subject_id = ready.subject_id
        AND earlier.anchor_at != ready.anchor_at
        AND earlier.due_at < ready.due_at
        AND earlier.valid_until > ready.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN ('still-owes' = ANY (ready.conditions) AND account_now.oldest_due IS NULL) THEN 'nothing-owed'
      WHEN ('still-owes' = ANY (ready.conditions) AND NOT account_now.owes) THEN 'within-tolerance'
      WHEN (
        'still-owes' = ANY (ready.conditions) AND coalesce(account_now.arranged = 'dispute', FALSE)
      ) THEN 'account-disputed'
      WHEN (
        'still-owes' = ANY (ready.conditions) AND coalesce(account_now.arranged = 'block', FALSE)
      ) THEN 'chasing-blocked'
      WHEN (
        'still-owes' = ANY (ready.conditions) AND coalesce(account_now.arranged = 'instalments', FALSE)
      ) THEN 'instalments-running'
      WHEN ('no-promise' = ANY (ready.conditions) AND account_now.promise_running) THEN 'promise-running' END END AS TEXT
    ) END AS gone,
    ready.valid_until <= :param AS passed,
    jsonb_build_object(
      'totals',
      account_now.totals,
      'oldest_due',
      account_now.oldest_due,
      'invoices',
      account_now.invoices,
      'promised_for',
      account_now.promised_for
    ) AS figures
    FROM ready
    JOIN policy_versions ON policy_versions.id = ready.policy_version_id
    LEFT OUTER JOIN (
      SELECT account_once.subject_id AS subject_id,
      account_once.policy_version_id AS policy_version_id,
      account_once.store_id AS store_id,
      account_once.customer_id AS customer_id,
      account_once.time_zone AS time_zone,
      account_once.language AS language,
      account_once.today AS today,
      account_once.customer AS customer,
      account_once.salutation AS salutation,
      account_once.store AS store,
      account_once.store_phone AS store_phone,
      account_once.anchor_at AS anchor_at,
      account_once.account AS account,
      account_once.oldest_due AS oldest_due,
      account_once.owes AS owes,
      account_once.totals AS totals,
      account_once.invoices AS invoices,
      account_once.arranged AS arranged,
      account_once.promised_for AS promised_for,
      account_once.promise_running AS promise_running,
      account_once.broken_promise_id AS broken_promise_id,
      account_once.resumes_on AS resumes_on,
      account_once.reached_days AS reached_days
      FROM account_once
    ) AS account_now ON account_now.subject_id = ready.subject_id
    AND account_now.policy_version_id = ready.policy_version_id
    WHERE coalesce(ready.subject_kind = 'account', FALSE)
    UNION ALL
    SELECT ready.id AS touch_id,
    ready.state AS state,
    coalesce(
      CASE
      WHEN CASE
      WHEN (ready.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_12
        FROM touches AS earlier
        WHERE earlier.process = ready.process
        AND earlier.subject_kind = 'handover'
        AND earlier.step = ready.step
        AND earlier.subject_id = ready.subject_id
        AND earlier.anchor_at != ready.anchor_at
        AND earlier.due_at < ready.due_at
        AND earlier.valid_until > ready.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (handover_now.day > handover_now.today) THEN 'not-happened-yet'
      WHEN ('vehicle-kept' = ANY (ready.conditions) AND handover_now.sold) THEN 'vehicle-sold' END END IS NULL
      AND CASE
      WHEN (ready.series IS NOT NULL) THEN NOT (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(year FROM timezone(handover_now.time_zone, ready.anchor_at)) - EXTRACT(
                    year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                  )
                ) * :param + EXTRACT(month FROM timezone(handover_now.time_zone, ready.anchor_at))
              ) - EXTRACT(
                month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
              ) AS INTEGER
            ) - CASE
            WHEN (
              CAST((ready.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(day FROM timezone(handover_now.time_zone, ready.anchor_at)) < EXTRACT(day FROM timezone(handover_now.time_zone, handover_now.anchor_at))
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((ready.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(handover_now.time_zone, ready.anchor_at) AS DATE) - CAST(timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE)
          ) / nullif(CAST((ready.series ->> 'days') AS INTEGER), :nullif)
        ) >= :coalesce
        AND CASE
        WHEN (
          coalesce(
            (
              CAST(
                (
                  (
                    EXTRACT(year FROM timezone(handover_now.time_zone, ready.anchor_at)) - EXTRACT(
                      year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                    )
                  ) * :param + EXTRACT(month FROM timezone(handover_now.time_zone, ready.anchor_at))
                ) - EXTRACT(
                  month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((ready.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(day FROM timezone(handover_now.time_zone, ready.anchor_at)) < EXTRACT(
                  day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                )
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((ready.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(handover_now.time_zone, ready.anchor_at) AS DATE) - CAST(timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE)
            ) / nullif(CAST((ready.series ->> 'days') AS INTEGER), :nullif)
          ) = :coalesce
        ) THEN handover_now.anchor_at
        ELSE timezone(
          handover_now.time_zone,
          timezone(handover_now.time_zone, handover_now.anchor_at) + make_interval(
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(handover_now.time_zone, ready.anchor_at)
                      ) - EXTRACT(
                        year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                      )
                    ) * :param + EXTRACT(month FROM timezone(handover_now.time_zone, ready.anchor_at))
                  ) - EXTRACT(
                    month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((ready.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(day FROM timezone(handover_now.time_zone, ready.anchor_at)) < EXTRACT(
                    day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((ready.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(handover_now.time_zone, ready.anchor_at) AS DATE) - CAST(timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE)
              ) / nullif(CAST((ready.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((ready.series ->> 'months') AS INTEGER),
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(handover_now.time_zone, ready.anchor_at)
                      ) - EXTRACT(
                        year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                      )
                    ) * :param + EXTRACT(month FROM timezone(handover_now.time_zone, ready.anchor_at))
                  ) - EXTRACT(
                    month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((ready.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(day FROM timezone(handover_now.time_zone, ready.anchor_at)) < EXTRACT(
                    day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((ready.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(handover_now.time_zone, ready.anchor_at) AS DATE) - CAST(timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE)
              ) / nullif(CAST((ready.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((ready.series ->> 'days') AS INTEGER)
          ) + CASE
          WHEN (
            CAST((ready.series ->> 'next_day') AS BOOLEAN)
            AND CAST((ready.series ->> 'months') AS INTEGER) > :param
            AND EXTRACT(
              day
              FROM timezone(handover_now.time_zone, handover_now.anchor_at) + make_interval(
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(handover_now.time_zone, ready.anchor_at)
                          ) - EXTRACT(
                            year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(handover_now.time_zone, ready.anchor_at)
                        )
                      ) - EXTRACT(
                        month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((ready.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(day FROM timezone(handover_now.time_zone, ready.anchor_at)) < EXTRACT(
                        day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((ready.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(timezone(handover_now.time_zone, ready.anchor_at) AS DATE) - CAST(
                      timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE
                    )
                  ) / nullif(CAST((ready.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((ready.series ->> 'months') AS INTEGER),
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(handover_now.time_zone, ready.anchor_at)
                          ) - EXTRACT(
                            year FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(handover_now.time_zone, ready.anchor_at)
                        )
                      ) - EXTRACT(
                        month FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((ready.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(day FROM timezone(handover_now.time_zone, ready.anchor_at)) < EXTRACT(
                        day FROM timezone(handover_now.time_zone, handover_now.anchor_at)
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((ready.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(timezone(handover_now.time_zone, ready.anchor_at) AS DATE) - CAST(
                      timezone(handover_now.time_zone, handover_now.anchor_at) AS DATE
                    )
                  ) / nullif(CAST((ready.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((ready.series ->> 'days') AS INTEGER)
              )
            ) < EXTRACT(day FROM timezone(handover_now.time_zone, handover_now.anchor_at))
          ) THEN '1 day, 0:00:00'
          ELSE '0:00:00' END
        ) END = ready.anchor_at
      )
      ELSE ready.anchor_at != handover_now.anchor_at END,
      FALSE
    ) AS moved,
    CASE
    WHEN (handover_now.subject_id IS NULL) THEN 'subject-gone'
    ELSE CAST(
      CASE
      WHEN CASE
      WHEN (ready.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_12
        FROM touches AS earlier
        WHERE earlier.process = ready.process
        AND earlier.subject_kind = 'handover'
        AND earlier.step = ready.step
        AND earlier.subject_id = ready.subject_id
        AND earlier.anchor_at != ready.anchor_at
        AND earlier.due_at < ready.due_at
        AND earlier.valid_until > ready.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (handover_now.day > handover_now.today) THEN 'not-happened-yet'
      WHEN ('vehicle-kept' = ANY (ready.conditions) AND handover_now.sold) THEN 'vehicle-sold' END END AS TEXT
    ) END AS gone,
    ready.valid_until <= :param AS passed,
    jsonb_build_object('day', handover_now.day, 'vehicle_sold', handover_now.sold) AS figures
    FROM ready
    JOIN policy_versions ON policy_versions.id = ready.policy_version_id
    LEFT OUTER JOIN (
      SELECT handover_once.subject_id AS subject_id,
      handover_once.store_id AS store_id,
      handover_once.customer_id AS customer_id,
      handover_once.time_zone AS time_zone,
      handover_once.language AS language,
      handover_once.today AS today,
      handover_once.customer AS customer,
      handover_once.salutation AS salutation,
      handover_once.store AS store,
      handover_once.store_phone AS store_phone,
      handover_once.day AS day,
      handover_once.anchor_at AS anchor_at,
      handover_once.sold AS sold,
      handover_once.vehicle AS vehicle
      FROM handover_once
    ) AS handover_now ON handover_now.subject_id = ready.subject_id
    WHERE coalesce(ready.subject_kind = 'handover', FALSE)
  ) AS judged ON judged.touch_id = ready.id
  WHERE NOT judged.moved
  AND judged.gone IS NULL
  AND NOT judged.passed
)
SELECT due.id,
due.process,
due.subject_kind,
due.subject_id,
due.anchor_at,
due.step,
due.kind,
due.purpose,
due.priority,
due.obligation,
due.works_holidays,
due.store_id,
due.customer_id,
due.policy_version_id,
due.template_version_id,
due.channels,
due.conditions,
due.role,
due.approval,
due.effects,
due.series,
due.due_at,
due.valid_until,
due.not_before,
due.state,
due.state_at,
due.gate,
due.reason,
due.reason_figures,
due.figures,
due.planned_at,
due.planned_by,
due.approved_at,
due.approved_by,
due.claimed_by,
due.contacted_at,
due.channel,
due.contact_point_id,
due.resendable,
due.attempts,
due.provider,
due.message_id,
due.merged_into,
due.subject_line,
due.body,
due.delivered_at,
due.assigned_to,
due.owner_until,
due.held_by,
due.held_until,
due.outcome,
due.store,
due.time_zone,
customers.name AS customer,
phone.value AS phone,
(
  SELECT count(call_attempts.id) AS count_1
  FROM call_attempts
  WHERE call_attempts.touch_id = due.id
  AND call_attempts.attempted_at <= :param
) AS tries
FROM due
JOIN customers ON customers.id = due.customer_id
LEFT OUTER JOIN LATERAL (
  SELECT contact_points.value AS value
  FROM contact_points
  WHERE contact_points.customer_id = due.customer_id
  AND contact_points.kind = 'phone'
  AND contact_points.invalid_since IS NULL
  ORDER BY coalesce(contact_points.id = due.contact_point_id, FALSE) DESC,
  contact_points.rank,
  contact_points.id
  LIMIT :param
) AS phone ON TRUE
WHERE due.kind = 'task'
OR coalesce(
  (
    SELECT consents.granted
    FROM consents
    WHERE consents.customer_id = due.customer_id
    AND (consents.purpose IS NULL OR consents.purpose = due.purpose)
    AND (
      consents.channel IS NULL OR CAST(consents.channel AS TEXT) = CASE WHEN (due.kind = 'call') THEN 'phone' END
    )
    AND consents.given_at <= :param
    ORDER BY consents.given_at DESC,
    consents.id DESC
    LIMIT :param
  ),
  due.purpose != 'marketing'
)
ORDER BY (coalesce(due.outcome IN ('callback'), FALSE) AND due.not_before <= :param) DESC,
due.priority DESC,
due.not_before,
due.due_at,
due.id;
