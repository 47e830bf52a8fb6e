SELECT touches.id,
touches.process,
touches.step,
touches.kind,
stores.code AS store,
stores.time_zone,
touches.customer_id,
customers.name AS customer,
touches.due_at,
touches.state,
touches.state_at,
touches.channel,
contact_points.value AS recipient,
CASE
WHEN (touches.reason IS NOT NULL) THEN jsonb_build_object(
  'code', touches.reason, 'figures', coalesce(touches.reason_figures, jsonb_build_object())
) END AS reason,
touches.merged_into
FROM touches
JOIN stores ON stores.id = touches.store_id
JOIN customers ON customers.id = touches.customer_id
LEFT OUTER JOIN contact_points ON contact_points.id = touches.contact_point_id
WHERE touches.store_id = (SELECT stores.id FROM stores WHERE lower(stores.code) = 'n')
AND touches.due_at >= :param
AND touches.due_at < :param
AND touches.due_at >= (
  SELECT min(timezone(stores.time_zone, '2026-03-04' + '00:00:00')) AS min_1 FROM stores
)
AND touches.due_at < (
  SELECT max(timezone(stores.time_zone, '2026-03-11' + '00:00:00')) AS max_1 FROM stores
)
AND CAST(timezone(stores.time_zone, touches.due_at) AS DATE) BETWEEN '2026-03-04'
AND '2026-03-10'
ORDER BY touches.due_at DESC,
touches.id DESC
LIMIT :param;
